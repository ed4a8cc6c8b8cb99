export type Cell = string | number | boolean | null

const WHOLE = new Intl.NumberFormat('en-GB')
const SHORT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 })
const SMALL = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 })
const FOUR_DIGITS = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 })
/** The most decimals that every browser formats. */
const MOST_PLACES = 20

/** A number with separators and all of its digits, as tables show it. */
export function number(value: Cell | undefined): string {
  if (value === null || value === undefined || value === '') return '–'
  const parsed = Number(value)
  // An exponent that the number does not need, as in `0.178e0`, is left out.
  const text = /e/i.test(String(value)) && Number.isFinite(parsed) ? String(parsed) : String(value)
  const places = /\.(\d+)/.exec(text)?.[1]?.length ?? 0
  // A number with an exponent has more decimals than digits behind its point.
  if (!Number.isFinite(parsed) || /e/i.test(text) || places > MOST_PLACES) return withShortExponent(text)
  // The text, because a float has 15 digits of it.
  return withPlaces(places).format(text as `${number}`)
}

/** The significant digits that a double always has; further ones are left of its binary form. */
const DIGITS_OF_A_DOUBLE = 15
const ALL_DIGITS = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: DIGITS_OF_A_DOUBLE })
/** Below it a number is written with an exponent. */
const MIN_WITH_PLACES = 1e-7

/** From it on a number is written with an exponent: nobody counts its digits. */
const MAX_WRITTEN_OUT = 1e21

const withShortExponent = (text: string): string => text.replace('e+', 'e')

/** A number of a file without an exponent that it does not need: a float with all of its digits is read as `231.30214e0`. */
export const withoutZeroExponent = (text: string): string =>
  /^-?\d+(\.\d+)?e0$/i.test(text) ? text.slice(0, -2) : text

/** A computed number with separators and all digits that it has: a table of an answer rounds nothing. */
export function inFull(value: Cell | undefined): string {
  if (value === null || value === undefined || value === '') return '–'
  const parsed = Number(value)
  const size = Math.abs(parsed)
  if (!Number.isFinite(parsed) || (parsed !== 0 && size < MIN_WITH_PLACES)) return String(value)
  if (size >= MAX_WRITTEN_OUT) return withShortExponent(String(parsed))
  return ALL_DIGITS.format(parsed)
}

/** Whether a unit is that of a part of one, which is shown as percent. */
export const isShare = (unit: string | undefined): boolean => unit === 'share' || unit === 'probability'

/** The unit of seconds that are shown as durations, because their source writes them so. As headgate/contracts/source_format.py. */
export const DURATION = 's as h:mm:ss'

/** The decimals of the seconds of a duration: milliseconds are the smallest that people write. */
const PLACES_OF_SECONDS = 3
const MIN_WHOLE_SECONDS = 60
const [S_PER_MINUTE, S_PER_HOUR] = [60, 3600]

/**
 * Seconds as people write a duration.
 *
 * @example duration(7272) // '2:01:12'
 * @example duration(59.25) // '0:00:59.25'
 */
export function duration(seconds: number, places = PLACES_OF_SECONDS): string {
  const size = Number(Math.abs(seconds).toFixed(places))
  const rest = Number((size % S_PER_MINUTE).toFixed(places))
  const [whole = '', decimals = ''] = String(rest).split('.')
  const two = (part: number | string) => String(part).padStart(2, '0')
  const hours = WHOLE.format(Math.floor(size / S_PER_HOUR))
  const minutes = two(Math.floor(size / S_PER_MINUTE) % S_PER_MINUTE)
  return `${seconds < 0 && size > 0 ? '-' : ''}${hours}:${minutes}:${two(whole)}${decimals && `.${decimals}`}`
}

/** A duration without parts of a second, which say something of less than a minute only. */
const roundedDuration = (seconds: number): string =>
  duration(seconds, Math.abs(seconds) < MIN_WHOLE_SECONDS ? 1 : 0)

const TYPED_DURATION = /^(-?)(\d[\d,]*):([0-5]?\d)(?::([0-5]?\d(?:[.,]\d+)?))?$/

/** The seconds of a duration that a person typed as hours, minutes and perhaps seconds; undefined of another text. */
export function typedSeconds(typed: string): number | undefined {
  const [, minus, hours = '', minutes, seconds = '0'] = TYPED_DURATION.exec(typed.trim()) ?? []
  if (!hours) return undefined
  const whole = Number(hours.replaceAll(',', '')) * S_PER_HOUR + Number(minutes) * S_PER_MINUTE
  return (minus ? -1 : 1) * (whole + Number(seconds.replace(',', '.')))
}

/** A figure with its unit and all of its digits: `$2,086,012.45`, `67.6123 %`. */
export function figureInFull(value: Cell | undefined, unit: string): string {
  const parsed = Number(value)
  if (value === null || value === undefined || value === '' || !Number.isFinite(parsed)) return number(value)
  if (isShare(unit)) return `${inFull(parsed * 100)} %`
  if (unit === DURATION) return duration(parsed)
  const text = typeof value === 'number' ? inFull(value) : number(value)
  if (unit === 'percent') return `${text} %`
  if (unit === 'percentage points') return `${inFull(parsed * 100)} points`
  const currency = currencyOf(unit)
  if (!currency) return text
  const least = placesOfCurrency(currency)
  const places = Math.max(least, /\.(\d+)/.exec(text)?.[1]?.length ?? 0)
  if (places > MOST_PLACES) return text
  return new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    minimumFractionDigits: least,
    maximumFractionDigits: places,
  }).format(String(value) as `${number}`)
}

/** A measure as pages show it: whole numbers in full, others with at most four significant digits. */
export function measure(value: Cell | undefined): string {
  if (value === null || value === undefined || value === '') return '–'
  const parsed = Number(value)
  if (!Number.isFinite(parsed)) return String(value)
  return (Number.isInteger(parsed) ? WHOLE : FOUR_DIGITS).format(parsed)
}

const formats = new Map<number, Intl.NumberFormat>()

/** Making a format takes longer than using it a hundred times, and a grid uses one for each cell. */
function withPlaces(places: number): Intl.NumberFormat {
  const known = formats.get(places)
  if (known) return known
  const made = new Intl.NumberFormat('en-GB', {
    maximumFractionDigits: places,
    minimumFractionDigits: Math.min(places, 2),
  })
  formats.set(places, made)
  return made
}

/** `1 row`, `2 rows`. */
export const count = (many: number, one: string): string =>
  `${WHOLE.format(many)} ${one}${many === 1 ? '' : 's'}`

/** Why a file was rejected and what to do: the column, and each part as a sentence. */
export function explained(error: { column?: string; message: string; remedy?: string }): string {
  const message = error.column ? `Column ${error.column}: ${error.message}` : error.message
  return [message, error.remedy ?? ''].map(forPages).filter(Boolean).map(sentence).join(' ')
}

/** Commands of which a file's page does the work, with their options. Every other command is shown. */
const DONE_BY_PAGE = /`(?:headgate (?:mapping|files show|files revert|contract init --raw) |--)/

/** A text of the API about a file, without the clauses of which the file's page does the work. */
export function forPages(text: string): string {
  const clauses = text.split(/(?<=[;.!?]) +/)
  const kept = clauses.filter((clause) => !DONE_BY_PAGE.test(clause))
  return kept.length === clauses.length ? text : kept.join(' ').replace(/;$/, '.')
}

/** A first word of letters gets a capital; a name such as `order_id` stays what it is. */
function sentence(text: string): string {
  const begun = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

export const whole = (value: number): string => WHOLE.format(value)
/** Whether a column names things: its numbers have no separators and are not rounded. */
export const isName = (column: string): boolean => /(^|_)id$|^(?!last_)([a-z]+_)?year$/i.test(column)

// The API sends decimals as texts.
const DECIMAL = /^-?\d+(\.\d+(e-?\d+)?|e-?\d+)$/i

/** A cell in a text of a page, such as a chart's hover text: an amount is rounded, a name or a day is not. */
export const cellText = (column: string, value: Cell | undefined): string =>
  !isName(column) && (typeof value === 'number' || DECIMAL.test(String(value)))
    ? measure(value)
    : String(value ?? '–')

/** An axis label. Values below 1 keep two digits that say something: 0.025, not 0. */
export const short = (value: number): string => (Math.abs(value) < 1 ? SMALL : SHORT).format(value)

/** A label of an axis with the sign of its unit: `40 %`, `$10k`. */
export function axisLabel(value: number, unit: string): string {
  if (isShare(unit)) return `${short(value * 100)} %`
  if (unit === 'percent') return `${short(value)} %`
  if (unit === DURATION) return roundedDuration(value)
  const currency = currencyOf(unit)
  if (!currency) return short(value)
  const digits = { notation: 'compact', maximumSignificantDigits: 3 } as const
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, ...digits }).format(value)
}

/** Percentage points between two shares. */
const DIGITS_OF_POINTS = new Intl.NumberFormat('en-GB', {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
})

/** A figure with its unit, as people write it: at most four significant digits. */
export function figure(value: Cell | undefined, unit: string): string {
  if (value === null || value === undefined || value === '') return '–'
  const parsed = Number(value)
  if (!Number.isFinite(parsed)) return String(value)
  if (isShare(unit)) return percentage(parsed * 100)
  // An error of 12 % stands beside one of 9.4 %.
  if (unit === 'percent') return percentage(parsed).replace(/^(-?[\d,]+) %$/, '$1.0 %')
  if (unit === 'percentage points') return `${DIGITS_OF_POINTS.format(parsed * 100)} points`
  if (unit === DURATION) return roundedDuration(parsed)
  if (unit === 'score' && Math.abs(parsed) < 10) return scoreWords(parsed)
  const currency = currencyOf(unit)
  return currency ? money(parsed, currency) : measure(parsed)
}

/**
 * An amount that is stored to the smallest coin, such as that of one payment: nobody compares a rounded one with a
 * statement of account. Empty for any other value, such as a computed one.
 */
export function exactAmount(value: Cell | undefined, unit: string): string {
  const currency = currencyOf(unit)
  const places = typeof value === 'string' ? /^-?\d+\.(\d+)$/.exec(value)?.[1]?.length : undefined
  return currency && places !== undefined && places <= placesOfCurrency(currency)
    ? figureInFull(value, unit)
    : ''
}

/** Units that a figure has in its own words. */
export const UNITS_OF_A_FIGURE: ReadonlySet<string> = new Set([
  'share',
  'probability',
  'percent',
  'percentage points',
  'score',
  'rank',
  DURATION,
])

/** A score or a correlation with two decimals, or three where two would read as none or as all. */
function scoreWords(value: number): string {
  const isRounded = (text: string): boolean => /^-?[01]\.0+$/.test(text) && Number(text) !== value
  const places = [2, 3].find((many) => !isRounded(value.toFixed(many)))
  if (places !== undefined || Math.abs(value) > 1) return value.toFixed(places ?? 2)
  const isSmall = Math.abs(value) < 0.5
  const bound = isSmall ? 0.001 : 0.999
  return isSmall === value > 0 ? `< ${Math.sign(value) * bound}` : `> ${Math.sign(value) * bound}`
}

const LEAST_PERCENT = 0.001
/** The largest percentage with one decimal that is not all, and the least value that would be rounded up to all. */
const MAX_SHOWN_PERCENT = 99.9
const MIN_ROUNDED_UP = 99.95

/** A percentage to one decimal: a smaller one keeps two digits, because it is not nothing, and what is nearly all is not all. */
function percentage(value: number): string {
  const size = Math.abs(value)
  if (value < 100 && value >= MIN_ROUNDED_UP) return `> ${MAX_SHOWN_PERCENT} %`
  if (size === 0 || size >= 0.1) return `${measure(Math.round(value * 10) / 10)} %`
  return size < LEAST_PERCENT ? `< ${LEAST_PERCENT} %` : `${SMALL.format(value)} %`
}

/** A shorter word has no plural: `ms` is no plural of `m`. */
const LEAST_PLURAL = 4

/** The unit of one thing: `day` of `days`. */
export const singular = (unit: string): string =>
  unit.length >= LEAST_PLURAL ? unit.replace(/^([a-z ]+)s$/, '$1') : unit

/** The word or sign that follows a figure, such as `transactions`; empty where the figure has its unit itself. */
export function unitWord(value: Cell | undefined, unit: string): string {
  if (value === null || value === undefined || UNITS_OF_A_FIGURE.has(unit) || currencyOf(unit)) return ''
  return Number(value) === 1 ? singular(unit) : unit
}

/** The currency of a unit such as `USD` or `USD per period`; empty where it has none. */
export const currencyOf = (unit: string): string => /^([A-Z]{3})( per |$)/.exec(unit)?.[1] ?? ''

/** The decimals that amounts of a currency have: two of most, none of some. */
export const placesOfCurrency = (currency: string): number =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** The sign of a currency; its code where it has none. */
export const signOfCurrency = (currency: string): string =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency })
    .formatToParts(0)
    .find(({ type }) => type === 'currency')?.value ?? currency

/** An amount by its size: `$0.30`, `$12.40`, `$3,412`, `$612k`, `$1.24m`. */
export function money(amount: number, currency: string): string {
  const size = Math.abs(amount)
  const digits: Intl.NumberFormatOptions =
    size >= 10_000
      ? { notation: 'compact', maximumSignificantDigits: 3 }
      : size >= 100 || amount === 0
        ? { maximumFractionDigits: 0 }
        : size >= 0.1
          ? {}
          : { maximumSignificantDigits: 2 }
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, ...digits }).format(amount)
}

/** From these amounts on a profile has the coins, has no coins any more, and shortens to millions. */
const [LEAST_OF_COINS, LEAST_WITHOUT_COINS, LEAST_SHORTENED] = [0.1, 10_000, 1_000_000]

const OF_PROFILE = new Intl.NumberFormat('en-GB', {
  maximumFractionDigits: 2,
  maximumSignificantDigits: 4,
  roundingPriority: 'morePrecision',
})

/**
 * A figure of a profile, which readers compare with the values of a file: two decimals and at least four significant digits.
 *
 * @example figureOfProfile('116.48', '') // '116.48'
 */
export function figureOfProfile(value: Cell, unit: string): string {
  const parsed = Number(value)
  if (value === null || value === '' || UNITS_OF_A_FIGURE.has(unit)) return figure(value, unit)
  const [currency, size] = [currencyOf(unit), Math.abs(parsed)]
  if (!currency) return Number.isFinite(parsed) ? OF_PROFILE.format(parsed) : String(value)
  const isOfCoins = size >= LEAST_OF_COINS && size < LEAST_WITHOUT_COINS && !Number.isInteger(parsed)
  if (size < LEAST_WITHOUT_COINS && !isOfCoins) return figure(value, unit)
  const digits: Intl.NumberFormatOptions =
    size >= LEAST_SHORTENED
      ? { notation: 'compact', maximumSignificantDigits: 4 }
      : isOfCoins
        ? {}
        : { maximumFractionDigits: 0 }
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, ...digits }).format(parsed)
}

/** A cost that the API states in dollars: to the cent, or to two digits where a cent is more than it. */
export function usd(amount: string): string {
  const cost = Number(amount)
  return `$${cost === 0 || cost >= 1 ? cost.toFixed(2) : SMALL.format(cost)}`
}

export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = size
  let place = 0
  while (value >= 1000 && place < units.length - 1) {
    value /= 1000
    place += 1
  }
  return `${value < 10 && place > 0 ? value.toFixed(1) : Math.round(value)} ${units[place]}`
}

/** How long something took: `12 ms`, `2.5 s`, `53 s`, `1 min 7 s`. */
export function seconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (value < 1) return `${Math.round(value * 1000)} ms`
  if (value < 9.95) return `${value.toFixed(1)} s`
  const whole = Math.round(value)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

export const isNumeric = (type: string): boolean =>
  /^(tiny|small|big)?int|^integer|^double|^float|^real|^decimal|^u?int\d/i.test(type)

/** Whether a column holds days or moments. */
export const isTime = (type: string): boolean => /^(date|timestamp)/i.test(type)

/** Whether a column holds texts: `string` in contracts and the catalog, `varchar` in answers. */
export const isTextual = (type: string): boolean => /^(string|varchar|char)/i.test(type)

// As headgate/values/spreadsheet_text.py. Source: OWASP, "CSV Injection".
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/
// The API sends decimals as texts, and cells of a file are as it writes them: `-1.012,50`.
const NUMBER = /^[+-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?$/i

/** One CSV line, as Athena and the command line write it: an empty text is `""`, and nothing stands where there is no value. A text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvLine(cells: Cell[], delimiter = ','): string {
  return cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)
}

function csvCell(value: Cell, delimiter: string): string {
  if (value === null) return ''
  const text = String(value)
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return harmless === '' || /["\n\r]/.test(harmless) || harmless.includes(delimiter)
    ? `"${harmless.replaceAll('"', '""')}"`
    : harmless
}

/** Save lines of CSV, with the mark by which Excel knows UTF-8. */
export function download(name: string, lines: string[]): void {
  save(name, ['\ufeff', lines.join('\r\n'), '\r\n'], 'text/csv;charset=utf-8')
}

export const save = (name: string, parts: string[], type: string): void =>
  saveBlob(name, new Blob(parts, { type }))

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
