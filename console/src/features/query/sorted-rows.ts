import { useMemo } from 'react'

import { type Cell, isNumeric } from '../../api/format'
import type { Result } from './results'

/** The answer in the order that `sort` names, a column with `-` before it if descending; rows without a value are last, and equal ones stay as they were. */
export function sorted(result: Result, sort: string): Result {
  const isDescending = sort.startsWith('-')
  const place = placeOf(result, sort)
  const column = result.columns[place]
  if (!column) return result
  const byText = result.rows.length > MOST_COLLATED ? signs : texts
  const compare = isNumeric(column.type) ? numbers : byText
  const rows = [...result.rows].sort((left, right) => {
    const [one = null, other = null] = [left[place], right[place]]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return isDescending ? compare(other, one) : compare(one, other)
  })
  return { ...result, rows }
}

/** As `sorted`, once for a result and an order. */
export const useSorted = (result: Result, sort: string): Result =>
  useMemo(() => sorted(result, sort), [result, sort])

function placeOf({ columns }: Result, sort: string): number {
  const named = columns.findIndex(({ name }) => name === sort)
  return named < 0 && sort.startsWith('-') ? columns.findIndex(({ name }) => `-${name}` === sort) : named
}

/** Decimals of more digits than a double has come as texts, and are equal as doubles only by chance. */
function numbers(one: Cell, other: Cell): number {
  const difference = Number(one) - Number(other)
  return difference === 0 || Number.isNaN(difference) ? texts(one, other) : difference
}

/** More rows than these would be compared for seconds by the rules of a language. */
const MOST_COLLATED = 50_000

function signs(one: Cell, other: Cell): number {
  const [left, right] = [String(one), String(other)]
  return left < right ? -1 : left > right ? 1 : 0
}

const collator = new Intl.Collator(undefined, { numeric: true })
const texts = (one: Cell, other: Cell): number => collator.compare(String(one), String(other))
