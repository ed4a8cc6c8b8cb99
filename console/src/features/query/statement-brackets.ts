import { partsOf } from './statement-text'

/** A pair of brackets of a statement. */
export interface Brackets {
  /** The places of its signs; one that nothing closes ends with the statement. */
  open: number
  close: number
  isClosed: boolean
  /** The brackets in which it is. */
  around: Brackets | undefined
}

/**
 * The pairs of brackets of a statement in the order in which they open, without those in texts, names and comments.
 *
 * @example bracketsOf("f(a, ')')").map(({ open, close }) => [open, close]) // [[1, 8]]
 */
export function bracketsOf(sql: string): Brackets[] {
  const pairs: Brackets[] = []
  let inner: Brackets | undefined
  for (const { kind, text, from } of partsOf(sql)) {
    if (kind !== 'sign') continue
    if (text === '(') {
      inner = { open: from, close: sql.length, isClosed: false, around: inner }
      pairs.push(inner)
    } else if (text === ')' && inner) {
      Object.assign(inner, { close: from, isClosed: true })
      inner = inner.around
    }
  }
  return pairs
}

/** The place behind the brackets that open at a place. */
export const endOf = (pairs: Brackets[], open: number): number =>
  (pairs.find((pair) => pair.open === open)?.close ?? open) + 1

/** The innermost brackets around a place. */
export const innermost = (pairs: Brackets[], at: number): Brackets | undefined =>
  pairs.findLast(({ open, close }) => open < at && at <= close)
