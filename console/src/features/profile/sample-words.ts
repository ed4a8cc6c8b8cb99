import { count, whole } from '../../api/format'

export type Facts = Readonly<Record<string, unknown>>

/** How figures that are not exact were estimated. */
const estimatesOf = (facts: Facts): Readonly<Record<string, string>> =>
  (facts.estimated ?? {}) as Record<string, string>

/** Whether a profile states a figure of all rows. */
export const isExact = (facts: Facts, name: string): boolean =>
  (estimatesOf(facts)[name] ?? 'exact') === 'exact'

/** The word before a figure of a sample; empty before an exact one. */
export const about = (facts: Facts, name = 'sampled_rows'): string =>
  estimatesOf(facts)[name] ? 'about ' : ''

/** Which figures are estimates, and from how many rows; empty where all are exact. */
export function basisOf(facts: Facts): string {
  const sampled = Number(estimatesOf(facts).sampled_rows ?? 0)
  const rows = Number(facts.rows ?? 0)
  return sampled > 0 && sampled < rows
    ? `What is typical, shares of values, outliers and figures with “about” are estimated from ${whole(sampled)} of ${count(rows, 'row')}`
    : ''
}

/** How many different values there are: exactly, at least, or about. */
export function differentWords(facts: Facts): string {
  const isLeast = estimatesOf(facts).distinct === AT_LEAST
  const sign = isExact(facts, 'distinct') ? '' : isLeast ? 'at least ' : 'about '
  return `${sign}${count(Number(facts.distinct ?? 0), 'different value')}`
}

const AT_LEAST = 'at least'

/** Where a column has its only value: in all rows, or only in those with a value or those of a sample. */
export function alwaysWords(facts: Facts, value: string, estimate: 'range' | 'distinct'): string {
  const method = estimatesOf(facts)[estimate]
  const isSample = estimate === 'range' ? method !== undefined : method === AT_LEAST
  const isPartial = Number(facts.missing ?? 0) > 0
  if (isSample) return `${value} in all sampled rows${isPartial ? ' with a value' : ''}`
  return isPartial ? `${value} wherever there is a value` : `always ${value}`
}
