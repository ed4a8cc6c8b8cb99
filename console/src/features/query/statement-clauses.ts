import { bracketsOf } from './statement-brackets'
import { blankTexts, masking } from './statement-text'

/** The clauses after WHERE, and those after GROUP BY; without them the end of the statement. */
const AFTER_WHERE = /\s*(?:\b(?:group\s+by|having|order\s+by|limit|offset|fetch)\b|;\s*$|$)/i
const AFTER_GROUP = /\s*(?:\b(?:having|order\s+by|limit|offset|fetch)\b|;\s*$|$)/i

/** The statement without what is in brackets, so that only its own clauses are left. */
export const outermost = (sql: string): string =>
  bracketsOf(sql)
    .filter(({ isClosed }) => isClosed)
    .reduce(
      (masked, { open, close }) =>
        masked.slice(0, open) + '_'.repeat(close + 1 - open) + masked.slice(close + 1),
      masking(sql),
    )

/** A statement with a GROUP BY at its place. */
export function withGroup(sql: string, clause: string): string {
  const at = AFTER_GROUP.exec(outermost(sql))?.index ?? sql.length
  return `${sql.slice(0, at)}\n${clause}${sql.slice(at)}`
}

/** A statement of one SELECT with a further condition. */
export function withCondition(sql: string, condition: string): string {
  const masked = outermost(sql)
  const at = AFTER_WHERE.exec(masked)?.index ?? sql.length
  const where = /\bwhere\b/i.exec(masked)
  if (!where) return `${sql.slice(0, at)}\nWHERE ${condition}${sql.slice(at)}`
  const from = where.index + where[0].length
  const own = sql.slice(from, at).trim()
  const others = /\bor\b/i.test(masking(own)) ? `(${own})` : own
  return `${sql.slice(0, from)} ${condition} AND ${others}${sql.slice(at)}`
}

/** A part of a statement: the places where it begins and ends. */
export interface Span {
  from: number
  until: number
}

/** The last clause of a statement behind its first words; `masked` is what is outermost. */
function clauseOf(masked: string, words: RegExp, after: RegExp): Span | undefined {
  const last = [...masked.matchAll(words)].at(-1)
  if (!last) return undefined
  const from = last.index + last[0].length
  return { from, until: from + (after.exec(masked.slice(from))?.index ?? masked.length) }
}

/** The parts of a list between its commas; those in brackets, as `masked` has them not, are of their part. */
export function itemsIn(text: string, masked: string, { from, until }: Span): string[] {
  const commas = [...masked.slice(from, until).matchAll(/,/g)].map(({ index }) => from + index)
  return [from, ...commas.map((at) => at + 1)].map((start, at) => text.slice(start, commas[at] ?? until))
}

const ORDER_BY = /\border\s+by\b/gi
const AFTER_ORDER = /\b(?:limit|offset|fetch)\b|;\s*$/i
const DIRECTION = /\s+(?:asc\b|desc\b)?(?:\s*nulls\s+(?:first|last))?$/i

/**
 * What a statement orders its rows by, as it writes it: names, places or expressions.
 *
 * @example orderedBy('SELECT a, sum(b) AS sold FROM t GROUP BY 1 ORDER BY sold DESC, 1') // ['sold', '1']
 */
export const orderedBy = (sql: string): string[] =>
  clauseItems(sql, ORDER_BY, AFTER_ORDER).map((item) => item.replace(DIRECTION, ''))

const GROUP_BY = /\bgroup\s+by\b/gi

/**
 * What a statement groups its rows by, as it writes it: names, places or expressions.
 *
 * @example groupedBy('SELECT a, year(b), count(*) FROM t GROUP BY a, year(b) ORDER BY 1') // ['a', 'year(b)']
 */
export const groupedBy = (sql: string): string[] => clauseItems(sql, GROUP_BY, AFTER_GROUP)

/** The items of the last clause that begins with these words, without texts and comments. */
function clauseItems(sql: string, words: RegExp, after: RegExp): string[] {
  const masked = outermost(sql)
  const clause = clauseOf(masked, words, after)
  return clause ? itemsIn(blankTexts(sql), masked, clause).map((item) => item.trim()) : []
}
