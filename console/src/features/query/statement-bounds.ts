import { parametersOf } from './parameters'
import { partsOf, withoutTexts } from './statement-text'

/** The first and the last day that the conditions of a statement leave of the moments whose periods it groups; empty for no such day. */
export interface StatementBounds {
  from: string
  until: string
}

const NONE: StatementBounds = { from: '', until: '' }
const DAY_MS = 86_400_000
/** What makes conditions hold for a part of the rows, or of another table, only. */
const MANIFOLD = /\b(?:or|not|union|with|case|filter|having|left|right|full)\b/i
const COLUMN = String.raw`(?:\w+\.)*"?(\w+)"?`
const MOMENT = String.raw`(?:cast\s*\(\s*)?${COLUMN}(?:\s+as\s+date\s*\))?`
const TRUNCATED = new RegExp(
  String.raw`date_trunc\s*\(\s*'(?:week|month|quarter|year)'\s*,\s*${MOMENT}`,
  'gi',
)
const DAY = String.raw`(?:(?:date|timestamp)\s*'|cast\s*\(\s*')(\d{4}-\d{2}-\d{2})(?: 00:00:00(?:\.0+)?)?'`
const COMPARED = new RegExp(String.raw`${MOMENT}\s*(>=|>|<=|<)\s*${DAY}`, 'gi')
const BETWEEN = new RegExp(String.raw`${MOMENT}\s+between\s+${DAY}(?:\s+as\s+\w+\s*\))?\s+and\s+${DAY}`, 'gi')

/**
 * The days that a simple statement leaves of its periods: one SELECT whose conditions all hold.
 *
 * @example statementBounds("SELECT date_trunc('week', day) w FROM t WHERE day >= DATE '2026-01-08'").from // '2026-01-08'
 */
export function statementBounds(sql: string): StatementBounds {
  const words = withoutTexts(sql)
  if (MANIFOLD.test(words) || (words.match(/\bselect\b/gi) ?? []).length !== 1) return NONE
  const text = withDayValues(sql)
  const columns = new Set([...text.matchAll(TRUNCATED)].map(([, column = '']) => column.toLowerCase()))
  const [column] = columns
  if (columns.size !== 1) return NONE
  const isOf = (name = ''): boolean => name.toLowerCase() === column
  const compared = [...text.matchAll(COMPARED)].filter(([, name]) => isOf(name))
  const between = [...text.matchAll(BETWEEN)].filter(([, name]) => isOf(name))
  const begins = [
    ...compared.flatMap(([, , sign = '', day = '']) => (sign.startsWith('>') ? [day] : [])),
    ...between.map(([, , day = '']) => day),
  ]
  const ends = [
    ...compared.flatMap(([, , sign, day = '']) =>
      sign === '<' ? [dayBefore(day)] : sign === '<=' ? [day] : [],
    ),
    ...between.map(([, , , day = '']) => day),
  ]
  return { from: begins.toSorted().at(-1) ?? '', until: ends.toSorted()[0] ?? '' }
}

/** A statement without comments, with the days that its parameters have. */
function withDayValues(sql: string): string {
  const days = new Map(
    parametersOf(sql).flatMap(({ name, type, initial }) =>
      type === 'date' && initial ? [[`:${name}`, `DATE '${initial}'`]] : [],
    ),
  )
  const text = partsOf(sql)
    .filter(({ kind }) => kind !== 'comment')
    .map((part) => part.text)
    .join('')
  return text.replaceAll(/:[A-Za-z_]\w*/g, (name) => days.get(name) ?? name)
}

/** The bounds of a page with those of a statement: the later first and the earlier last day. */
export const tighter = <Bounds extends StatementBounds>(page: Bounds, own: StatementBounds): Bounds => ({
  ...page,
  from: [page.from, own.from].toSorted().at(-1) ?? '',
  until: [page.until, own.until].filter(Boolean).toSorted()[0] ?? '',
})

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00Z`) - DAY_MS).toISOString().slice(0, 'yyyy-mm-dd'.length)
