const BARE = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/

/** The zone of the person who looks at the page, such as `Europe/Berlin`. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const formats = new Map<string, Intl.DateTimeFormat>()

function formatted(at: Date, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options)
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', options)
  formats.set(key, format)
  // The browser's data writes September as `Sept`, statements as `Sep`: pages have one form.
  return format.format(at).replace(/\bSept\b/, 'Sep')
}

/** A timestamp of the API, which is UTC and states no zone. */
export const instant = (value: string): Date =>
  new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(value) ? value : `${value.replace(' ', 'T').slice(0, 23)}Z`)

/**
 * A day as people write it, `22 Nov 2026`; a day has no zone.
 */
export function day(value: string): string {
  const text = value.slice(0, 10)
  if (!BARE.test(text) || !isInCalendar(text)) return value
  return formatted(new Date(`${text}T00:00Z`), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

/** The month of a day, `Nov 2026`. */
export const month = (value: string): string =>
  formatted(new Date(`${value.slice(0, 10)}T00:00Z`), { month: 'short', year: 'numeric', timeZone: 'UTC' })

/** The day that a text writes as `6 Dec 2010`, `Dec 6, 2010`, `06.12.2010` or ISO 8601, as ISO 8601; undefined for another text, and for one such as `6/12/2010`, in which the month may come first; `31/12/2010` has one reading. */
export function readDay(text: string): string | undefined {
  const iso = isoOf(text.trim())
  return BARE.test(iso) && isInCalendar(iso) ? iso : undefined
}

/** Why a text that has the form of a day is none, such as `June has 30 days`; empty for another text. */
export function noDayWords(text: string): string {
  const [, year, number, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(isoOf(text.trim())) ?? []
  const month = Number(number)
  if (!year || month < 1 || month > MONTHS.length || Number(date) < 1) return ''
  const days = new Date(Date.UTC(Number(year), month, 0)).getUTCDate()
  if (Number(date) <= days) return ''
  const name = formatted(new Date(Date.UTC(2000, month - 1)), { month: 'long', timeZone: 'UTC' })
  return `${name} ${month === FEBRUARY ? `${year} ` : ''}has ${days} days`
}

const FEBRUARY = 2

/** A day as ISO 8601; a text of another form as it is. */
function isoOf(text: string): string {
  const dotted = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$/.exec(text)
  if (dotted) return [dotted[3], pair(Number(dotted[2])), pair(Number(dotted[1]))].join('-')
  const [, first, month, year] =
    /^(\d{1,2})(?:\.|st|nd|rd|th)? ([a-z]{3})[a-z]*\.?,? (\d{4})$/i.exec(text) ?? []
  if (year) return [year, pair(monthOf(month)), pair(Number(first))].join('-')
  const [, name, second, after] =
    /^([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/i.exec(text) ?? []
  if (after) return [after, pair(monthOf(name)), pair(Number(second))].join('-')
  const [, one, two, of] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? []
  const [early = 0, late = 0] = [Number(one), Number(two)].sort((a, b) => a - b)
  if (of && early <= MONTHS.length && late > MONTHS.length) return [of, pair(early), pair(late)].join('-')
  const [, other, middle, last] = /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$/.exec(text) ?? []
  return other ? [other, pair(Number(middle)), pair(Number(last))].join('-') : text
}

const monthOf = (name = ''): number => MONTHS.indexOf(name.toLowerCase()) + 1
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const pair = (value: number): string => String(value).padStart(2, '0')

/** The days of a week in their order. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** The weekday and the day of a moment, `Saturday 28 Nov 2026`: the data beside it may be of another year. */
export const weekday = (at: Date): string =>
  formatted(at, { weekday: 'long', day: 'numeric', month: 'short', year: 'numeric' })

/** A timestamp in the person's zone; the year is left out in the current year. */
export function moment(value: string | undefined, now = new Date(), timeZone = zone()): string {
  if (!value || !MOMENT.test(value)) return value ? day(value) : '–'
  const at = instant(value)
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? undefined : 'numeric'
  return formatted(at, { day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit', timeZone })
}

/** A timestamp in the person's zone, with its year always. */
export const dayAndTime = (value: string): string => moment(value, new Date(0))

const MIDNIGHT = /[T ]00:00(:00(\.0+)?)?Z?$/
const SECONDS = /:(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?$/

/** A day, or a moment with the seconds that it has; midnight is its day. */
export function dayOrTime(value: string): string {
  if (!MOMENT.test(value) || MIDNIGHT.test(value)) return day(value)
  const seconds = SECONDS.exec(value.slice('yyyy-mm-ddThh:mm'.length))?.[1]
  return seconds && seconds !== '00' ? `${dayAndTime(value)}:${seconds}` : dayAndTime(value)
}

const OFFSET = / ?(Z|[+-]\d{2}(?::?\d{2})?)$/

/**
 * A day or a moment of a file with the clock of the file, which is in no zone but the one that it names.
 *
 * @example asOnItsClock('2026-03-02T19:46+02:00') // '2 Mar 2026, 19:46 +02:00'
 */
export function asOnItsClock(value: string): string {
  if (!MOMENT.test(value) || MIDNIGHT.test(value)) return day(value)
  const [offset = '', zoneOfIt = ''] = OFFSET.exec(value.slice('yyyy-mm-dd'.length)) ?? []
  const clock = value.slice(0, value.length - offset.length)
  const seconds = SECONDS.exec(clock.slice('yyyy-mm-ddThh:mm'.length))?.[1]
  const shown = moment(clock, new Date(0), 'UTC')
  return [seconds && seconds !== '00' ? `${shown}:${seconds}` : shown, zoneOfIt === 'Z' ? 'UTC' : zoneOfIt]
    .filter(Boolean)
    .join(' ')
}

/** The hour of a timestamp in the person's zone, 0 to 23. */
export const hourOf = (value: string, timeZone = zone()): number =>
  Number(formatted(instant(value), { hour: '2-digit', hourCycle: 'h23', timeZone }))

/** The time of day of a timestamp in the person's zone, with seconds. */
export const timeOfDay = (value: string, timeZone = zone()): string =>
  formatted(instant(value), { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone })

/** The time of day of a moment in milliseconds, `09:54`. */
export const clockTime = (at: number, timeZone = zone()): string =>
  formatted(new Date(at), { hour: '2-digit', minute: '2-digit', timeZone })

/** The same timestamp with all of its digits in UTC, for a tooltip. */
export const inUtc = (value: string | undefined): string =>
  value ? `${value.replace('T', ' ').slice(0, 19)} UTC` : ''

/** Whether the calendar has the day at the beginning of a text in ISO 8601: `2026-11-31` is none. */
function isInCalendar(value: string): boolean {
  const iso = value.slice(0, 'yyyy-mm-dd'.length)
  const at = new Date(`${iso}T00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso)
}

/** Whether a text is a day or a timestamp, and which of both. */
export const kindOfTime = (value: string): 'day' | 'moment' | undefined =>
  !isInCalendar(value) ? undefined : BARE.test(value) ? 'day' : MOMENT.test(value) ? 'moment' : undefined

const UNITS: [number, string][] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
]

/**
 * How long a step between two times is, in its largest unit.
 *
 * @example [timeStep(300), timeStep(86_400), timeStep(5400)] // ['5 minutes', 'day', '1.5 hours']
 */
export function timeStep(step_s: number): string {
  const [size, name] = UNITS.find(([unit_s]) => step_s >= unit_s * 0.999) ?? [1, 'second']
  const many = Number((step_s / size).toPrecision(3))
  return many === 1 ? name : `${many.toLocaleString('en')} ${name}s`
}

/** How long ago a timestamp was, in its largest unit: `2 hours ago`. */
export function ago(value: string, now = new Date()): string {
  const elapsed = Math.max(0, (now.getTime() - instant(value).getTime()) / 1000)
  const [size, name] = UNITS.find(([seconds]) => elapsed >= seconds) ?? [1, '']
  if (!name) return 'just now'
  const many = Math.floor(elapsed / size)
  return `${many} ${name}${many === 1 ? '' : 's'} ago`
}
