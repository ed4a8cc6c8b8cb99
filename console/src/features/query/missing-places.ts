import { type Cell, count } from '../../api/format'
import { DAY_CHARACTERS, isOfDays } from './days'

const DAY_MS = 86_400_000
const MONTHS = 12
/** On more places lines are too thin to see a gap. */
const MOST_PLACES = 1_500

/** Points over time with a place for each day or period, and how many of them have no row. */
export interface EvenPoints {
  points: Cell[][]
  note: string
}

/**
 * The points of a line with the days or periods between them that have no row, so that equal times are equally wide.
 * @param points ordered by their place, which is the first cell; measures are from `keys` on.
 */
export function withMissingPlaces(points: Cell[][], keys: number): EvenPoints {
  const present = new Set(points.map(([place]) => String(place)))
  const texts = [...present]
  const first = texts[0] ?? ''
  const suffix = first.slice(DAY_CHARACTERS)
  if (!isOfDays(points, 0) || !texts.every((text) => text.slice(DAY_CHARACTERS) === suffix))
    return { points, note: '' }
  const calendar = texts.every((text) => text.slice(8, DAY_CHARACTERS) === '01') ? months : days
  const numbers = texts.map(calendar.numberOf)
  const step = numbers.slice(1).reduce((all, number, at) => divisor(all, number - (numbers[at] ?? 0)), 0)
  const places = step > 0 ? ((numbers.at(-1) ?? 0) - (numbers[0] ?? 0)) / step + 1 : 0
  if (places <= texts.length || places > MOST_PLACES) return { points, note: '' }
  const missing = Array.from({ length: places }, (_, at) => (numbers[0] ?? 0) + at * step)
    .map((number) => calendar.textOf(number) + suffix)
    .filter((text) => !present.has(text))
  const blank = (text: string): Cell[] =>
    (points[0] ?? []).map((cell, at) => (at === 0 ? text : at < keys ? cell : null))
  const every = [...points, ...missing.map(blank)]
  const what = calendar === months || step > 1 ? 'period' : 'day'
  return {
    points: every.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : Number(one !== other))),
    note: `${count(missing.length, what)} without a row ${missing.length > 1 ? 'are' : 'is'} not drawn as 0: the line goes on to the next one.`,
  }
}

const divisor = (one: number, other: number): number => (other === 0 ? one : divisor(other, one % other))

interface Calendar {
  numberOf: (text: string) => number
  textOf: (number: number) => string
}

const days: Calendar = {
  numberOf: (text) => Date.parse(`${text.slice(0, DAY_CHARACTERS)}T00:00Z`) / DAY_MS,
  textOf: (number) => new Date(number * DAY_MS).toISOString().slice(0, DAY_CHARACTERS),
}

const months: Calendar = {
  numberOf: (text) => Number(text.slice(0, 4)) * MONTHS + Number(text.slice(5, 7)) - 1,
  textOf: (number) =>
    new Date(Date.UTC(Math.floor(number / MONTHS), number % MONTHS, 1))
      .toISOString()
      .slice(0, DAY_CHARACTERS),
}
