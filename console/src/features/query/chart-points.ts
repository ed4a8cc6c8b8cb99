import type { Cell } from '../../api/format'
import { heading, label } from '../../formats/words'
import { stepOf } from './open-period'
import { partsInOrder } from './time-parts'
import { largestNumber } from '../../formats/extremes'

export const MOST_BARS = 50
export const MOST_POINTS = 5_000
export const MOST_SERIES = 8
export const MOST_PARTS = 15

/** The sizes of points together, by what they have in common. */
function sizesBy<Key>(
  points: Cell[][],
  keyOf: (cells: Cell[]) => Key,
  sizeOf: (cells: Cell[]) => number,
): Map<Key, number> {
  const sizes = new Map<Key, number>()
  for (const cells of points) sizes.set(keyOf(cells), (sizes.get(keyOf(cells)) ?? 0) + sizeOf(cells))
  return sizes
}

/** How large the point of a series is, also below zero. */
const sizeOfPart = ([, , value]: Cell[]): number => Math.abs(Number(value ?? 0))

/** The series in the order of the legend: parts of dates in their own, others the largest first. */
export function inOrderOf(part: string, points: Cell[][], values: Cell[]): string[] {
  const sizes = sizesBy(points, ([, series = null]) => String(series ?? '–'), sizeOfPart)
  if (part) return partsInOrder(values, part).filter((name) => sizes.has(name))
  return [...sizes].toSorted(([, a], [, b]) => b - a).map(([name]) => name)
}

/** So many small charts can be read. */
const MOST_CHARTS = 9
/** A series that is so many times smaller than the largest one is a line at zero beside it. */
const HIDDEN = 20

/** Whether one series hides at least half of the others, and no log scale can show them, because some values are not above zero. */
export function isHiding(points: Cell[][]): boolean {
  const values = points.map(([, , value]) => Number(value ?? 0))
  const sizes = new Map<Cell, number>()
  for (const [, series = null, value] of points)
    sizes.set(series, Math.max(sizes.get(series) ?? 0, Math.abs(Number(value ?? 0))))
  const largest = largestNumber(sizes.values())
  const hidden = [...sizes.values()].filter((size) => size * HIDDEN < largest)
  const isFew = sizes.size > 2 && sizes.size <= MOST_CHARTS
  return isFew && hidden.length * 2 >= sizes.size && values.some((value) => value <= 0)
}

/** Points from the place with the largest measure to the smallest one. */
export function byMeasure(points: Cell[][], keys: number): Cell[][] {
  const placeOf = ([place = null]: Cell[]): Cell => place
  const sizes = sizesBy(points, placeOf, (cells) => Number(cells[keys] ?? 0))
  const sizeOf = (cells: Cell[]): number => sizes.get(placeOf(cells)) ?? 0
  return points.toSorted((a, b) => sizeOf(b) - sizeOf(a))
}

/** One row for each point; the numbers of further rows are added to it. The first cells of a row, so many as `keys`, are its point. */
export function pointsOf(rows: Cell[][], keys: number): Cell[][] {
  const points = new Map<string, Cell[]>()
  for (const cells of rows) {
    const key = JSON.stringify(cells.slice(0, keys))
    const before = points.get(key)
    points.set(
      key,
      before ? cells.map((cell, place) => (place < keys ? cell : added(before[place], cell))) : cells,
    )
  }
  return [...points.values()]
}

/** The points of the largest series of a measure that cannot be added up, in which the others are left out. */
export function largestSeries(points: Cell[][], column: string): { points: Cell[][]; note?: string } {
  const sizes = sizesBy(points, ([, series = null]) => series, sizeOfPart)
  if (sizes.size <= MOST_PARTS) return { points }
  const largest = [...sizes].sort(([, one], [, other]) => other - one).slice(0, MOST_SERIES)
  const kept = new Set(largest.map(([series]) => series))
  return {
    points: points.filter(([, series = null]) => kept.has(series)),
    note: `The largest ${MOST_SERIES} of ${sizes.size} by ${heading(column)} are drawn.`,
  }
}

/** How much of a chart can be read. */
interface Limit {
  isLine: boolean
  /** How many bars stand beside each other; 0 where those of one place are one. */
  bars: number
  /** Whether the places are parts of dates, such as hours, which are never cut. */
  isOfParts: boolean
  isOrdered: boolean
  /** The title of the measure whose largest places are drawn; empty for the first ones. */
  rankedBy: string
}

/** The points of as many whole places as can be read, of periods the newest: no bar lacks a part. */
export function wholePlaces(
  all: Cell[][],
  { isLine, bars, isOfParts, isOrdered, rankedBy }: Limit,
  keys: number,
): { points: Cell[][]; note: string } {
  const points = rankedBy ? byMeasure(all, keys) : all
  const sizes = new Map<Cell, number>()
  for (const [place = null] of points) sizes.set(place, (sizes.get(place) ?? 0) + 1)
  const places = [...sizes.keys()]
  const each = largestNumber(sizes.values(), 1)
  const most = isLine
    ? Math.max(1, Math.floor(MOST_POINTS / each))
    : bars > MOST_BARS
      ? Math.max(1, Math.floor(MOST_BARS / each))
      : MOST_BARS
  if (isOfParts || places.length <= most) return { points: all, note: '' }
  // The newest periods are the ones to see.
  const isNewest = isOrdered && !isLine
  const kept = new Set(isNewest ? places.slice(-most) : places.slice(0, most))
  const end = isNewest ? 'last' : 'first'
  const what = stepOf(places.map((place) => String(place ?? ''))) || 'values'
  return {
    points: points.filter(([place = null]) => kept.has(place)),
    note: rankedBy
      ? `The ${most} of ${places.length} with the largest ${rankedBy} are drawn.`
      : `The ${end} ${most} of ${places.length} ${what} are drawn.`,
  }
}

/** Why areas are not one above the other: a series on both sides of zero would lie across the others. */
export function mixedSeries(points: Cell[][]): string {
  const signs = new Map<Cell, Set<number>>()
  for (const [, series = null, value] of points) {
    const own = signs.get(series) ?? new Set()
    own.add(Math.sign(Number(value ?? 0)))
    signs.set(series, own)
  }
  const [first] = [...signs].find(([, own]) => own.has(1) && own.has(-1)) ?? []
  return first === undefined
    ? ''
    : `The areas are not stacked, because ${label(String(first ?? '–'))} has values above and below zero. Bars can be stacked.`
}

const added = (one: Cell | undefined, other: Cell): Cell =>
  other === null ? (one ?? null) : Number(one ?? 0) + Number(other)

export function compared(one: Cell, other: Cell): number {
  const [first, second] = [Number(one), Number(other)]
  if (Number.isFinite(first) && Number.isFinite(second)) return first - second
  return String(one) < String(other) ? -1 : 1
}
