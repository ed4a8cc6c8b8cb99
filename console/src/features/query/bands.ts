import type { Cell } from '../../api/format'
import { groupedColumns, itemsByColumn, selects } from './statement-items'
import { smallestNumber } from '../../formats/extremes'

/** Functions and signs by which a statement makes bands of numbers, such as `floor(n / 100) * 100`. */
const BANDING = /\b(?:floor|ceil|ceiling|round|trunc|truncate|width_bucket|mod|div)\s*\(|[%/]/i
const BAND_NAME = /(?:^|_)(?:bucket|band|bin)(?:_|$)/i
const FEWEST = 3
/** Differences of doubles are no exact multiples. */
const SLACK = 1e-6

/**
 * The width of the bands of numbers by which a statement groups its rows; 0 where a column is none.
 *
 * @example bandStep('SELECT floor(n / 10) * 10 AS b, count(*) AS c FROM t GROUP BY 1', ['b', 'c'], 'b', [0, 10, 40]) // 10
 */
export function bandStep(sql: string, names: string[], column: string, values: Cell[]): number {
  if (!groupedColumns(sql, names).includes(column)) return 0
  const item = itemsByColumn(selects(sql)[0] ?? [], names)[names.indexOf(column)]
  if (!BANDING.test(item?.expression ?? '') && !BAND_NAME.test(column)) return 0
  return stepOfNumbers(values.filter((value) => value !== null).map(Number))
}

/** The smallest distance of numbers of which all distances are multiples; 0 for other numbers, and for few. */
function stepOfNumbers(numbers: number[]): number {
  const places = [...new Set(numbers)].sort((one, other) => one - other)
  if (places.length < FEWEST || !places.every(Number.isFinite)) return 0
  const distances = places.slice(1).map((place, at) => place - (places[at] ?? 0))
  const step = smallestNumber(distances)
  const isMultiple = (distance: number): boolean =>
    Math.abs(distance / step - Math.round(distance / step)) < SLACK * Math.max(1, distance / step)
  return distances.every(isMultiple) ? step : 0
}
