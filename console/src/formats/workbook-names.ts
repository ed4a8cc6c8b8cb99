import { type Cell, isTextual } from '../api/format'
import { headingsOf } from './columns'
import { partOf, partWords } from './date-parts'
import type { TableToSave, WorkbookWords } from './save-table'
import { codeName } from './words'

/** A workbook's table with a column of names beside each column of codes. */
interface NamedTable {
  columns: TableToSave['columns']
  words: WorkbookWords
  /** The cells of rows with those of the further columns. */
  withNames: (rows: Cell[][]) => Cell[][]
}

/** So many rows decide whether a column has codes. */
const SAMPLED_ROWS = 1_000

/** Parts of dates whose numbers have names. */
const NAMED_PARTS = new Set(['day_of_week', 'month'])

/** The name that its page shows for a cell, such as France for FR and Monday for 1; undefined for other cells. */
function nameOf(
  cell: Cell | undefined,
  column: TableToSave['columns'][number] | undefined,
): string | undefined {
  if (!column) return undefined
  if (isTextual(column.type)) return codeName(cell, column.name)
  const part = partOf(column)
  const name = NAMED_PARTS.has(part) ? partWords(cell ?? null, part) : null
  return name === null ? undefined : String(name)
}

/** The table with the names that its page shows for codes and weekdays, such as France beside FR; a table that has a column of these names keeps it alone. */
export function namedTable({ columns, rows }: TableToSave, words: WorkbookWords): NamedTable {
  const headings = headingsOf(columns, words.labels, words.units)
  const titleOf = (name: string): string => `${(headings[name] ?? name).replace(/ (id|code)$/, '')} name`
  const taken = new Set(Object.values(headings).map((title) => title.toLowerCase()))
  const sample = rows.slice(0, SAMPLED_ROWS)
  const places = columns.flatMap((column, at) =>
    !taken.has(titleOf(column.name).toLowerCase()) &&
    sample.some((row) => nameOf(row[at], column) !== undefined)
      ? [at]
      : [],
  )
  if (places.length === 0) return { columns, words, withNames: (all) => all }
  const keyOf = (name: string): string => `${name} name`
  const isNamed = new Set(places)
  const beside = <One>(each: readonly One[], further: (at: number) => One): One[] =>
    each.flatMap((one, at) => (isNamed.has(at) ? [one, further(at)] : [one]))
  const columnAt = (at: number): string => columns[at]?.name ?? ''
  return {
    columns: beside(columns, (at) => ({ name: keyOf(columnAt(at)), type: 'varchar' })),
    words: {
      ...words,
      labels: {
        ...headings,
        ...Object.fromEntries(places.map((at) => [keyOf(columnAt(at)), titleOf(columnAt(at))])),
      },
    },
    withNames: (all) =>
      all.map((row) => beside(row, (at) => nameOf(row[at], columns[at]) ?? row[at] ?? null)),
  }
}
