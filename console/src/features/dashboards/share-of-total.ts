import { readBy } from '../query/sources'
import { masking } from '../query/statement-clauses'

/** A window over all rows, or over all of a part: one in an order is a row before, and no total. */
const TOTAL = /\bover\s*\((?![^()]*\border\s+by\b)[^()]*\)/i

/** Whether a statement divides by a total of its own: by a window, or by a subselect that reads one of the tables again. */
export function hasShareOfTotal(sql: string, tables: string[]): boolean {
  const masked = masking(sql)
  if (!masked.includes('/')) return false
  const read = readBy(sql).sources.map(({ name }) => name)
  const times = tables.map((table) => read.filter((name) => name === table.toLowerCase()).length)
  return times.some((many) => many > 0) && (TOTAL.test(masked) || times.some((many) => many > 1))
}
