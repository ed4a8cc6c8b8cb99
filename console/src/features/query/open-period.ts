import { clockTime, day, instant } from '../../formats/moments'
import { smallestNumber } from '../../formats/extremes'

/** The period of an axis of which the data have the beginning only, and those to come. */
export interface OpenPeriod {
  /** The place of the first period that is not over. */
  place: string
  /** The place of the first period to come, such as that of bookings; undefined without one. */
  ahead?: string
  /** The last day of the data, or its last moment where the period is a day. */
  until: string
  /** Whether the filters of the page end it, and not the data. */
  isFiltered?: boolean
}

/** The first period of an axis, of which the data have the end only. */
export interface BegunPeriod {
  place: string
  /** The first day of the data, or the first moment where the period is a day. */
  from: string
}

/** The first and the last day that the filters of a page leave; empty for no such day. */
export interface Bounds {
  from: string
  until: string
  /** The column of days that they read; the periods of an axis of this column are whole. Empty for moments. */
  ofDays: string
}

/** A sentence about the period that is not over; empty without one. */
export function openWords(open: OpenPeriod | undefined): string {
  if (!open) return ''
  if (open.ahead === open.place) return aheadWords(open)
  const begin = `The period from ${day(open.place)}`
  return open.isFiltered
    ? `${begin} is cut: the filter ends on ${day(open.until)}.`
    : `${begin} is not over: its data end on ${day(open.until)}.${open.ahead ? ` ${aheadWords(open)}` : ''}`
}

const aheadWords = ({ ahead = '', until }: OpenPeriod): string =>
  `The periods from ${day(ahead)} are to come, and drawn dashed or pale: the data are as of ${day(until)}.`

/** Whether a period of an axis is not over, or to come. */
export const isNotOver = (place: string, open: OpenPeriod | undefined): boolean =>
  open !== undefined && (place === open.place || (open.ahead !== undefined && place >= open.ahead))

/** A sentence about the first period, of which a filter leaves the end only; empty without one. */
export const begunWords = (begun: BegunPeriod | undefined): string =>
  begun ? `The period from ${day(begun.place)} is cut: the filter begins on ${day(begun.from)}.` : ''

/** Until when the data have the period: a day, or the time of the day that is the period, in UTC as days are counted. */
export const untilWords = ({ until }: OpenPeriod): string => limitWords(until)

/** From when on the data have the first period. */
export const fromWords = ({ from }: BegunPeriod): string => limitWords(from)

const limitWords = (limit: string): string =>
  limit.length > 'yyyy-mm-dd'.length ? `${clockTime(instant(limit).getTime(), 'UTC')} UTC` : day(limit)

const DAY_MS = 86_400_000
const WEEK_DAYS = 7
const MONTH = /^(\d{4})-(\d{2})(-01)?$/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * The first of several periods that is not over on the last day of the data; the places are the first days of days,
 * weeks, months, quarters or years, in their order.
 */
export function openPeriod(places: string[], asOf: string): OpenPeriod | undefined {
  const step = DAY.test(asOf) ? stepOf(places) : ''
  if (!step) return undefined
  const now = dayOf(asOf)
  const after = places.findIndex((place) => startOf(place) > now)
  const [before, ahead] = [places.at(after < 0 ? -1 : after - 1), places[after]]
  // Where a single period has begun, the next one ends it.
  const end = after === 1 ? startOf(places[1] ?? '') : endOf(after < 0 ? places : places.slice(0, after))
  const isOpen = after !== 0 && step !== 'days' && end !== undefined && now < end - 1
  const place = isOpen ? before : ahead
  return place ? { place, until: asOf, ...(ahead ? { ahead } : {}) } : undefined
}

/** The first of several months, quarters, years or weeks, if a day within it is the first that a filter leaves. */
export function begunPeriod(places: string[], from: string): BegunPeriod | undefined {
  const [first, second] = places
  const isOfPeriods = DAY.test(from) && endOf(places) !== undefined
  if (!first || !second || !isOfPeriods) return undefined
  const now = dayOf(from)
  return now > startOf(first) && now < startOf(second) ? { place: first, from } : undefined
}

/** The ends of an axis of which the data, or the filters of the page, leave a part of the period. */
export interface AxisEnds {
  open: OpenPeriod | undefined
  begun: BegunPeriod | undefined
}

/** The last period up to the earlier of the last day of the data and that of the filters, and the first from that of the filters on. */
export function endsOf(places: string[], asOf: string, { from, until }: Omit<Bounds, 'ofDays'>): AxisEnds {
  const isFiltered = DAY.test(until) && (!asOf || until < asOf)
  const open = openPeriod(places, isFiltered ? until : asOf)
  return {
    open: !isFiltered ? open : open && !open.ahead ? { ...open, isFiltered } : undefined,
    begun: begunPeriod(places, from),
  }
}

/** The first day after the last period, as days since 1970; undefined where the places are no such periods. */
function endOf(places: string[]): number | undefined {
  const months = places.map((place) => MONTH.exec(place)).map((part) => part && monthOf(part))
  if (months.every((month) => month !== null)) {
    const [step, last] = [shortestStep(months), months.at(-1) ?? 0]
    return step && [1, 3, 12].includes(step) ? Date.UTC(0, last + step) / DAY_MS : undefined
  }
  if (!places.every((place) => DAY.test(place))) return undefined
  const days = places.map(dayOf)
  const isOfWeeks =
    shortestStep(days) === WEEK_DAYS && days.every((day) => (day - (days[0] ?? 0)) % WEEK_DAYS === 0)
  return isOfWeeks ? (days.at(-1) ?? 0) + WEEK_DAYS : undefined
}

/**
 * The periods whose first days several places are, in words; empty where they are no days.
 *
 * @example stepOf(['2026-01-01', '2026-02-01']) // 'months'
 */
export function stepOf(places: string[]): string {
  if (places.length < 2) return ''
  const months = places.map((place) => MONTH.exec(place)).map((part) => part && monthOf(part))
  if (months.every((month) => month !== null)) {
    const step = shortestStep(months) ?? 0
    return { 3: 'quarters', 12: 'years' }[step] ?? 'months'
  }
  if (!places.every((place) => DAY.test(place))) return ''
  const days = places.map(dayOf)
  const isOfWeeks = days.every((one) => (one - (days[0] ?? 0)) % WEEK_DAYS === 0)
  return isOfWeeks ? 'weeks' : 'days'
}

const shortestStep = (numbers: number[]): number | undefined =>
  numbers.length > 1
    ? smallestNumber(numbers.slice(1).map((number, at) => number - (numbers[at] ?? 0)))
    : undefined

/** Months since the year 1900, from which `Date.UTC` counts years below 100. */
const monthOf = (part: RegExpExecArray): number => (Number(part[1]) - 1900) * 12 + Number(part[2]) - 1

const dayOf = (text: string): number => Date.parse(`${text}T00:00Z`) / DAY_MS
const startOf = (place: string): number => dayOf(place.length === 7 ? `${place}-01` : place)
