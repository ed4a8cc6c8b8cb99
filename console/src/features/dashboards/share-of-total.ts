import { readBy } from '../query/sources'
import { type Brackets, bracketsOf, endOf, innermost } from '../query/statement-brackets'
import { masking } from '../query/statement-text'

/** A window over all rows, or over all of a part: one in an order is a row before, and no total. */
const TOTAL = /\bover\s*\((?![^()]*\border\s+by\b)[^()]*\)/i
/** A sum or a count, of which a part may be a share. */
const SUMMED = /\b(?:sum|count|count_if)\s*\(/i
const NAMED = /^\s*(?:as\s+)?"?([a-z_]\w*)"?/i
const WORD = /^[\w."]+/

/** Whether a statement divides by a total of its own: by a window, or by a subselect that reads one of the tables again. */
export function hasShareOfTotal(sql: string, tables: string[]): boolean {
  const [masked, pairs] = [masking(sql), bracketsOf(sql)]
  const read = readBy(sql).sources.map(({ name }) => name)
  const times = tables.map((table) => read.filter((name) => name === table.toLowerCase()).length)
  if (times.every((many) => many === 0)) return false
  const totals = namesOfTotals(masked, pairs, times.some((many) => many > 1) ? tables : [])
  return divisorsOf(masked, pairs).some(
    (divisor) =>
      (TOTAL.test(divisor) && SUMMED.test(divisor)) ||
      (/\bselect\b/i.test(divisor) && times.some((many) => many > 1)) ||
      [...divisor.matchAll(/\w+/g)].some(([word]) => totals.has(word.toLowerCase())),
  )
}

/** The names that a statement gives to totals of its own, which it divides by elsewhere. */
function namesOfTotals(masked: string, pairs: Brackets[], tables: string[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const match of masked.matchAll(/\b(?:sum|count|count_if)\s*\(/gi)) {
    const end = endOf(pairs, match.index + match[0].length - 1)
    const rest = masked.slice(end)
    const over = /^\s*over\s*\([^()]*\)/i.exec(rest)?.[0]
    const name = NAMED.exec(rest.slice(over?.length ?? 0).replace(/^(?:\s+as\s+\w+\s*\)|\s*\))+/i, ''))?.[1]
    const isTotal = over ? TOTAL.test(over) : isOfSubselect(masked, innermost(pairs, match.index), tables)
    if (name && isTotal) names.add(name.toLowerCase())
  }
  return names
}

/** Whether brackets are a joined subselect that sums all rows of a table: it groups them by nothing. */
function isOfSubselect(masked: string, pair: Brackets | undefined, tables: string[]): boolean {
  const part = pair ? masked.slice(pair.open + 1, pair.close) : ''
  if (!/^\s*select\b/i.test(part) || /\bgroup\s+by\b/i.test(part)) return false
  return tables.some((table) => new RegExp(`\\b${table}\\b`, 'i').test(part))
}

/** What a statement divides by: each the name, number or brackets behind a slash, with a function's name and its window. */
const divisorsOf = (masked: string, pairs: Brackets[]): string[] =>
  [...masked.matchAll(/\/\s*/g)].map(({ index, 0: slash }) => {
    const from = index + slash.length
    const open = from + (WORD.exec(masked.slice(from))?.[0].length ?? 0)
    if (masked[open] !== '(') return masked.slice(from, open)
    const end = endOf(pairs, open)
    return masked.slice(from, end + (/^\s*over\s*\([^()]*\)/i.exec(masked.slice(end))?.[0].length ?? 0))
  })
