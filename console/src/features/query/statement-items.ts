import { type Brackets, bracketsOf, endOf } from './statement-brackets'
import { groupedBy, itemsIn, orderedBy, outermost, type Span } from './statement-clauses'
import { blankTexts } from './statement-text'

/** An item of a SELECT: the name that it gives its column, and its expression without that name. */
export interface Item {
  name: string
  expression: string
}

/** A column as it is, with or without its table. */
export const PLAIN = /^(?:\w+\.)*"?(\w+)"?$/

const compact = (text: string): string => text.replace(/\s+/g, '').toLowerCase()

/**
 * The columns by which a statement groups its rows, which tell the rows apart and measure nothing.
 *
 * @example groupedColumns('SELECT a, b % 2 AS c, sum(d) AS e FROM t GROUP BY 1, b % 2', ['a', 'c', 'e']) // ['a', 'c']
 */
export function groupedColumns(sql: string, names: string[]): string[] {
  const grouped = groupedBy(sql)
  if (grouped.length === 0) return []
  const isColumn = columnTest(sql, names)
  return names.filter((_, at) => grouped.some((item) => isColumn(item, at)))
}

/**
 * The columns by which a statement orders its rows; undefined for what is no column of its answer.
 *
 * @example orderedColumns('SELECT a, sum(b) AS c FROM t GROUP BY 1 ORDER BY sum(b) DESC, d', ['a', 'c']) // ['c', undefined]
 */
export function orderedColumns(sql: string, names: string[]): (string | undefined)[] {
  const ordered = orderedBy(sql)
  if (ordered.length === 0) return []
  const isColumn = columnTest(sql, names)
  return ordered.map((item) => names.find((_, at) => isColumn(item, at)))
}

const RANKING = /\b(?:row_number|rank|dense_rank|ntile|percent_rank|cume_dist)\s*\([^()]*\)\s*over\s*\(/gi

/**
 * The columns by which a statement ranks its rows.
 *
 * @example rankedColumns('SELECT a, sum(b) AS c, rank() OVER (PARTITION BY a ORDER BY sum(b) DESC) FROM t', ['a', 'c']) // ['c']
 */
export function rankedColumns(sql: string, names: string[]): string[] {
  const pairs = bracketsOf(sql)
  const windows = [...blankTexts(sql).matchAll(RANKING)].map(({ index, 0: { length } }) =>
    sql.slice(index + length, endOf(pairs, index + length - 1) - 1),
  )
  const items = selects(sql).flat()
  return windows.flatMap(orderedBy).flatMap((item) => {
    const same = items.filter(({ expression }) => compact(item) === compact(expression))
    const called = new Set([PLAIN.exec(item)?.[1]?.toLowerCase(), ...same.map(({ name }) => name)])
    return names.filter((name) => called.has(name.toLowerCase()))
  })
}

/** A test whether an item of GROUP BY or ORDER BY is a column: by the column's place, its name or its expression. */
function columnTest(sql: string, names: string[]): (item: string, at: number) => boolean {
  const items = itemsByColumn(selects(sql)[0] ?? [], names)
  return (item, at) => {
    const own = items[at]
    return (
      item === String(at + 1) ||
      (PLAIN.exec(item)?.[1] ?? '').toLowerCase() === names[at]?.toLowerCase() ||
      (own !== undefined && compact(item) === compact(own.expression))
    )
  }
}

/** The item of each column of a SELECT: by its place if each item is one column, else by its name. */
export function itemsByColumn(items: Item[], names: string[]): (Item | undefined)[] {
  const isInOrder = items.length === names.length && !items.some(({ expression }) => /\*$/.test(expression))
  return isInOrder ? items : names.map((name) => items.find((item) => item.name === name.toLowerCase()))
}

/** The items of each SELECT of a statement, those of the outermost one first. */
export function selects(sql: string): Item[][] {
  const masked = outermost(sql)
  const own = [...masked.matchAll(/\bselect\b/gi)].map((start) => {
    const from = start.index + start[0].length
    const end = /\b(?:from|union|intersect|except|where|order\s+by|limit)\b|;|$/i.exec(masked.slice(from))
    return itemsOf(sql, masked, { from, until: from + (end?.index ?? 0) })
  })
  return [...own, ...queriesIn(sql).flatMap(selects)]
}

function itemsOf(sql: string, masked: string, list: Span): Item[] {
  return itemsIn(blankTexts(sql), masked, list).map((item) => {
    const text = item.replace(/^\s*(?:distinct|all)\b/i, '').trim()
    const named = /^([\s\S]+?)\s+(?:as\s+)?(?:"(\w+)"|(\w+))$/i.exec(text)
    const expression = named?.[1] ?? text
    return { name: (named?.[2] ?? named?.[3] ?? PLAIN.exec(text)?.[1] ?? '').toLowerCase(), expression }
  })
}

/** The queries in brackets of a statement, without those inside them. */
function queriesIn(sql: string): string[] {
  const isQuery = ({ open, close, isClosed }: Brackets): boolean =>
    isClosed && /^\s*(?:select|with)\b/i.test(sql.slice(open + 1, close))
  const isInQuery = ({ around }: Brackets): boolean =>
    around !== undefined && (isQuery(around) || isInQuery(around))
  return bracketsOf(sql)
    .filter((pair) => isQuery(pair) && !isInQuery(pair))
    .map(({ open, close }) => sql.slice(open + 1, close))
}
