import {
  type Cell,
  currencyOf,
  DURATION,
  figure,
  figureInFull,
  inFull,
  isName,
  isNumeric,
  isShare,
  isTextual,
  measure,
  placesOfCurrency,
} from '../../api/format'
import { exact } from '../../components/grid-columns'
import {
  type AnswerColumn,
  type ColumnFormat,
  dayOf,
  headingWithUnit,
  titleWithUnit,
  type Units,
} from '../../formats/columns'
import { percentPlaces } from '../../formats/percent-places'
import { codeName } from '../../formats/words'
import { largestNumber, smallestNumber } from '../../formats/extremes'

type Column = Pick<AnswerColumn, 'name' | 'type' | 'kind' | 'period'>

/** A column in people's words, whose numbers have their unit and the places of `exactPlacesOf`, or all of their digits. */
export function exactFormat(
  format: ColumnFormat,
  column: Column | undefined,
  units: Units,
  places?: number,
): ColumnFormat {
  if (!column || !isMeasured(column)) return format
  const unit = units[column.name] ?? ''
  if (column.kind === 'mean' && !unit)
    return { ...format, text: (value) => paddedFigure(meanText(value), places) }
  if (places !== undefined && isShare(unit))
    return { ...format, text: (value) => roundedPercent(value, places) }
  if (places !== undefined && currencyOf(unit))
    return { ...format, text: placedText(places, (value) => figureInFull(value, unit), currencyOf(unit)) }
  return { ...format, text: (value) => paddedFigure(figureInFull(value, unit), places) }
}

/** Amounts below it are left of a computation, such as a sum that should be zero. */
const MIN_AMOUNT = 1e-6
/** Numbers with more decimals are computed, and no column is made as wide as its longest one. */
const MOST_PADDED_PLACES = 4

/** Whether a column has numbers that measure something, and do not name it as years and ids do. */
const isMeasured = ({ name, type, kind }: Column): boolean =>
  isNumeric(type) && !isName(name) && kind !== 'name'

type Places = number | undefined

/** The places of each column of an answer, by its values and its unit; undefined where each value has its own. */
const placesBy =
  (of: (values: Cell[], unit: string, kind: Column['kind']) => Places) =>
  (columns: Column[], rows: Cell[][], units: Units): Places[] =>
    columns.map((column, at) =>
      isMeasured(column) && units[column.name] !== DURATION
        ? of(
            rows.map((row) => row[at] ?? null),
            units[column.name] ?? '',
            column.kind,
          )
        : undefined,
    )

/** The places that all values of a column have in people's words: of an amount those of its currency, or two digits of the smallest. */
export const exactPlacesOf = placesBy((values, unit, kind) => {
  if (isShare(unit)) return percentPlaces(values)
  if (currencyOf(unit)) return placesOfAmounts(values, placesOfCurrency(currencyOf(unit)))
  const text = kind === 'mean' ? meanText : (value: Cell) => figureInFull(value, '')
  const most = values.reduce<number>((sum, value) => Math.max(sum, decimalsOf(text(value)).length), 0)
  return most <= MOST_PADDED_PLACES ? most : undefined
})

function placesOfAmounts(values: Cell[], least: number): number {
  const sizes = values.map((value) => Math.abs(Number(value ?? 0))).filter((size) => size >= MIN_AMOUNT)
  const smallest = sizes.reduce((one, other) => Math.min(one, other), Infinity)
  return smallest >= 10 ** -least ? least : Math.ceil(-Math.log10(smallest)) + 1
}

/** A figure such as `12.5 %` with zeros for the places that it lacks. */
const paddedFigure = (text: string, places = 0): string =>
  text.replace(/^-?[\d,.]+/, (digits) => padded(digits, places))

/** From it on the amounts of a panel's column have no decimals: nobody reads them beside so many digits. */
const MIN_WHOLE_AMOUNT = 10_000
/** The significant digits of the largest and of the smallest number of a panel's column. */
const DIGITS_OF_LARGEST = 4
const DIGITS_OF_SMALLEST = 2

const sizesOf = (values: Cell[]): number[] =>
  values
    .map((value) => (value === null || value === '' ? NaN : Math.abs(Number(value))))
    .filter((size) => Number.isFinite(size) && size > 0)

const leastDecimals = (size: number, digits: number): number =>
  Math.max(0, digits - 1 - Math.floor(Math.log10(size)))

/** The places that all values of a panel's column have, which rounds more than a table of rows: of percentages at most one, of amounts those of the currency or none. */
export const panelPlacesOf = placesBy((values, unit) => {
  if (isPercentage(unit)) return values.some((value) => /\d\.\d %$/.test(figure(value, unit))) ? 1 : 0
  const sizes = sizesOf(values)
  const [largest, smallest] = [largestNumber(sizes), smallestNumber(sizes)]
  if (sizes.length === 0 || unit === 'score' || unit === 'rank') return undefined
  const currency = currencyOf(unit)
  if (currency) {
    const isWhole = largest >= MIN_WHOLE_AMOUNT && smallest >= 1
    return isWhole ? 0 : placesOfAmounts(values, placesOfCurrency(currency))
  }
  const broken = sizesOf(values.filter((value) => !Number.isInteger(Number(value))))
  if (broken.length === 0) return 0
  const needed = largestNumber(broken.map((size) => decimalsOf(measure(size)).length))
  const most = largestNumber(
    broken.map((size) => leastDecimals(size, DIGITS_OF_SMALLEST)),
    leastDecimals(largest, DIGITS_OF_LARGEST),
  )
  const places = Math.min(needed, most)
  return places <= MOST_PADDED_PLACES ? places : undefined
})

/** A column of a panel in people's words, whose numbers have the places of `panelPlacesOf`. */
export function panelFormat(
  format: ColumnFormat,
  column: Column | undefined,
  units: Units,
  places?: number,
): ColumnFormat {
  if (!column || places === undefined) return format
  const unit = units[column.name] ?? ''
  if (isPercentage(unit)) return { ...format, text: (value) => paddedFigure(figure(value, unit), places) }
  return { ...format, text: placedText(places, format.text, currencyOf(unit)) }
}

const MIN_ROUNDED_PERCENT = 0.01

/** A share has at most two decimals, because a click on its row shows all digits. */
function roundedPercent(value: Cell, places: number): string {
  const percent = Number(value) * 100
  if (value === null || value === '' || !Number.isFinite(percent)) return figureInFull(value, 'share')
  const isTiny = percent !== 0 && Math.abs(percent) < MIN_ROUNDED_PERCENT
  const rounded = Math.round(percent * 100) / 100
  if (percent < 100 && rounded >= 100) return '> 99.99 %'
  return isTiny ? figure(value, 'share') : `${padded(inFull(rounded), places)} %`
}

/** From so many places on a number is written with fewer digits than its column: it would be all zeros. */
const MOST_ROUNDED_PLACES = 8
/** Larger numbers have an exponent, and no places. */
const MAX_PLACED = 1e15

/** The places that all numbers of a column of a person's statement have: of an amount those of its currency, of a share at most two, of a computed number at most four or two digits of the smallest. */
export const statementPlacesOf = placesBy((values, unit) => {
  if (isShare(unit)) return percentPlaces(values)
  if (currencyOf(unit)) return placesOfAmounts(values, placesOfCurrency(currencyOf(unit)))
  const decimals = values.map((value) => decimalsOf(figureInFull(value, '')))
  const most = largestNumber(
    decimals.map(({ length }) => length),
    0,
  )
  const needed = largestNumber(
    decimals.map((digits) => digits.replace(/0+$/, '').length),
    0,
  )
  const places = Math.max(needed, Math.min(most, PLACES_OF_AN_AMOUNT))
  // A decimal of the lake is exact; a number with more places than four is computed.
  if (places <= MOST_PADDED_PLACES || values.some((value) => typeof value === 'string')) return places
  const smallest = smallestNumber(sizesOf(values.filter((value) => !Number.isInteger(Number(value)))))
  return Math.min(
    Math.max(MOST_PADDED_PLACES, leastDecimals(smallest, DIGITS_OF_SMALLEST)),
    MOST_ROUNDED_PLACES,
  )
})

/** A column of a person's statement, the same on the page Query and on dashboards: an amount has its sign, a share is percent, a code has its name, and all numbers have the places of `statementPlacesOf`. A click on a row and the download have all digits. */
export function statementFormat(
  format: ColumnFormat,
  column: Column | undefined,
  units: Units,
  places = 0,
): ColumnFormat {
  if (!column) return format
  const unit = units[column.name] ?? ''
  const heading = isUtc(column) ? headingWithUnit(format.heading, 'UTC') : titleWithUnit(format.heading, unit)
  return { ...format, heading, text: statementText(column, unit, places) }
}

function statementText(column: Column, unit: string, places: number): (value: Cell) => string {
  if (!isMeasured(column)) return namedText(column, plainText(column))
  if (isShare(unit)) return (value) => roundedPercent(value, places)
  if (unit === DURATION) return (value) => figureInFull(value, unit)
  const inOne = placedText(places, (value) => figureInFull(value, unit), currencyOf(unit))
  const ending = unit === 'percent' ? ' %' : ''
  return (value) => {
    const size = Math.abs(Number(value ?? NaN))
    if (value === '' || !Number.isFinite(size)) return figureInFull(value, unit)
    if (size >= MAX_PLACED && typeof value === 'number') return figureInFull(value, unit)
    // A number that its places would round to nothing is not nothing.
    if (size > 0 && size < 0.5 * 10 ** -places)
      return figureInFull(Number(Number(value).toPrecision(2)), unit)
    return `${inOne(value)}${ending}`
  }
}

/** A number with so many places, and the sign of its currency; another value as `text` has it. */
function placedText(places: number, text: (value: Cell) => string, currency = ''): (value: Cell) => string {
  const format = new Intl.NumberFormat('en-GB', {
    ...(currency ? { style: 'currency', currency } : {}),
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  })
  return (value) =>
    value === null || value === '' || !Number.isFinite(Number(value))
      ? text(value)
      : format.format(String(value) as `${number}`)
}

/** The name that the chart of the same answer has for a code, and the code by which a statement finds it. */
const namedText =
  (column: Column, text: (value: Cell) => string) =>
  (value: Cell): string => {
    const name = isTextual(column.type) ? codeName(value, column.name) : undefined
    return name === undefined ? text(value) : `${name} (${String(value)})`
  }

const isPercentage = (unit: string): boolean => isShare(unit) || unit === 'percent'

const decimalsOf = (value: Cell): string => /\.(\d+)$/.exec(String(value))?.[1] ?? ''

/** An amount has so many places, also where each of them is zero. */
const PLACES_OF_AN_AMOUNT = 2

/** A number with zeros for the decimals that others of its column have. */
function padded(text: string, places: number): string {
  const [whole = '', decimals = ''] = text.split('.')
  return places ? `${whole}.${decimals.padEnd(places, '0')}` : text
}

const MEAN_PLACES = 4
const MIN_ROUNDED_MEAN = 10 ** -MEAN_PLACES

/** A mean has a few decimals; one that they would round to nothing has two digits. */
function meanText(value: Cell): string {
  const mean = Number(value)
  if (value === null || value === '' || !Number.isFinite(mean)) return inFull(value)
  const isTiny = mean !== 0 && Math.abs(mean) < MIN_ROUNDED_MEAN
  return inFull(isTiny ? Number(mean.toPrecision(2)) : Number(mean.toFixed(MEAN_PLACES)))
}

/** Whether a column has moments without a zone, which are of UTC in the lake. */
const isUtc = (column: Column | undefined): boolean =>
  /^timestamp/i.test(column?.type ?? '') && !/with time zone/i.test(column?.type ?? '')

/** A value that measures nothing, as it is: a text, a name, a time. */
function plainText(column: Column): (value: Cell) => string {
  if (column.kind === 'name' && isNumeric(column.type)) return String
  if (column.type === 'date')
    return (value) => (value === null ? '–' : dayOf(column.name, String(value), column.period))
  return /^timestamp/.test(column.type) ? (value) => String(value).replace('T', ' ') : exact(column).text
}
