import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'

/** Rows of a file that are no data, by what they are. */
export type RowKinds = Partial<Pick<Schemas['GridFacts'], 'totals' | 'footer_rows' | 'description_rows'>>

const NOUNS = [
  ['totals', 'line of totals', 'lines of totals'],
  ['footer_rows', 'note below the rows', 'notes below the rows'],
  ['description_rows', 'row that describes the columns', 'rows that describe the columns'],
] as const

interface KindOfRows {
  rows: number[]
  /** What they are: `line of totals`, or `lines of totals` of several. */
  noun: string
}

/** Rows by what they are, those of no kind last. */
export function kindsOfRows(rows: number[], kinds: RowKinds): KindOfRows[] {
  const left = new Set(rows)
  const known = NOUNS.map(([kind, noun, nouns]) => {
    const own = (kinds[kind] ?? []).filter((row) => left.delete(row))
    return { rows: own, noun: own.length === 1 ? noun : nouns }
  })
  return [...known, { rows: [...left], noun: left.size === 1 ? 'row' : 'rows' }].filter(
    (kind) => kind.rows.length > 0,
  )
}

/** Which rows stay out, by what they are: `2 lines of totals (rows 14, 30) are left out`. */
export const leftOutRows = (rows: number[], kinds: RowKinds): string[] =>
  kindsOfRows(rows, kinds).map(
    ({ rows: own, noun }) =>
      `${whole(own.length)} ${noun} (${rowsWords(own)}) ${own.length === 1 ? 'is' : 'are'} left out`,
  )

const MOST_ROWS = 10

/** The numbers of rows of a file, the first ones of many. */
export function rowList(rows: number[]): string {
  const more = rows.length - MOST_ROWS
  return `${rows.slice(0, MOST_ROWS).map(whole).join(', ')}${more > 0 ? ` and ${whole(more)} more` : ''}`
}

/** Rows by their numbers: `row 14`, `rows 14, 30`. */
export const rowsWords = (rows: number[]): string => `${rows.length === 1 ? 'row' : 'rows'} ${rowList(rows)}`
