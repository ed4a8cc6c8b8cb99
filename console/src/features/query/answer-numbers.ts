import {
  type Cell,
  currencyOf,
  figure,
  figureInFull,
  inFull,
  isName,
  isNumeric,
  isTextual,
  number,
  placesOfCurrency,
} from '../../api/format'
import { exact } from '../../components/grid-columns'
import { type ColumnFormat, headingWithUnit, type Units } from '../../formats/columns'
import { label } from '../../formats/words'

interface Column {
  name: string
  type: string
}

/** A column in people's words, whose numbers have their unit and all of their digits. */
export function exactFormat(format: ColumnFormat, column: Column | undefined, units: Units): ColumnFormat {
  if (!column || !isNumeric(column.type) || isName(column.name)) return format
  return { ...format, text: (value) => figureInFull(value, units[column.name] ?? '') }
}

const MIN_ROUNDED_PERCENT = 0.01

/** A column of a table of rows: a share has at most two decimals, because a click on its row shows all digits. */
export function rowFormat(format: ColumnFormat, column: Column | undefined, units: Units): ColumnFormat {
  const exactly = exactFormat(format, column, units)
  if (!column || !isShare(units[column.name])) return exactly
  return { ...exactly, text: roundedPercent }
}

function roundedPercent(value: Cell): string {
  const percent = Number(value) * 100
  if (value === null || value === '' || !Number.isFinite(percent)) return figureInFull(value, 'share')
  const isTiny = percent !== 0 && Math.abs(percent) < MIN_ROUNDED_PERCENT
  const rounded = Math.round(percent * 100) / 100
  if (percent < 100 && rounded >= 100) return '> 99.99 %'
  return isTiny ? figure(value, 'share') : `${inFull(rounded)} %`
}

/** A column by its values, whose heading has the unit that they lack; shares have two decimals, and amounts those of `amountPlacesOf`. The title of a cell and the download have all digits. */
export function plainFormat(
  format: ColumnFormat,
  column: Column | undefined,
  units: Units,
  places = 0,
  amountPlaces?: number,
): ColumnFormat {
  return {
    ...format,
    heading:
      column && !isShare(units[column.name])
        ? headingWithUnit(format.heading, units[column.name])
        : format.heading,
    text:
      column && isShare(units[column.name])
        ? roundedPercent
        : namedText(column, amountText(amountPlaces, plainText(column, places))),
  }
}

/** The places to which the amounts of each column are rounded, which are those of its currency; undefined where the column has smaller amounts, such as prices of parts, or none. */
export const amountPlacesOf = (columns: Column[], rows: Cell[][], units: Units): (number | undefined)[] =>
  columns.map(({ name, type }, at) => {
    const currency = isNumeric(type) ? currencyOf(units[name] ?? '') : ''
    if (!currency) return undefined
    const places = placesOfCurrency(currency)
    const isSmaller = (row: Cell[]): boolean => {
      const amount = Math.abs(Number(row[at] ?? 0))
      return amount > 0 && amount < 10 ** -places
    }
    return rows.some(isSmaller) ? undefined : places
  })

/** An amount with so many places, of the text of a decimal, because a float has 15 digits of it. */
function amountText(places: number | undefined, text: (value: Cell) => string): (value: Cell) => string {
  if (places === undefined) return text
  const format = new Intl.NumberFormat('en-GB', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  })
  return (value) =>
    value === null || value === '' || !Number.isFinite(Number(value))
      ? text(value)
      : format.format(String(value) as `${number}`)
}

/** A code of a country or a member such as `category=kitchen`. */
const CODED = /^([A-Z]{2}|[a-z_]+=.+)$/

/** The name that the chart of the same answer has for a code, and the code by which a statement finds it. */
const namedText =
  (column: Column | undefined, text: (value: Cell) => string) =>
  (value: Cell): string => {
    const [code, name] = [String(value), label(value, column?.name)]
    return column && isTextual(column.type) && CODED.test(code) && name !== code
      ? `${name} (${code})`
      : text(value)
  }

const isShare = (unit: string | undefined): boolean => unit === 'share' || unit === 'probability'

const isDecimal = ({ name, type }: Column): boolean => /^decimal/i.test(type) && !isName(name)

const decimalsOf = (value: Cell): string => /\.(\d+)$/.exec(String(value))?.[1] ?? ''

/** An amount has so many places, also where each of them is zero. */
const PLACES_OF_AN_AMOUNT = 2

/** The decimals of each column of decimals: the most that any of its values needs, so that their points are below each other. */
export const placesOf = (columns: Column[], rows: Cell[][]): number[] =>
  columns.map((column, at) => {
    const decimals = isDecimal(column) ? rows.map((row) => decimalsOf(row[at] ?? null)) : []
    const most = decimals.reduce((sum, digits) => Math.max(sum, digits.length), 0)
    const needed = decimals.reduce((sum, digits) => Math.max(sum, digits.replace(/0+$/, '').length), 0)
    return Math.max(needed, Math.min(most, PLACES_OF_AN_AMOUNT))
  })

/** A number with zeros for the places that it lacks, and without those that its column does not need. */
function withPlaces(text: string, places: number): string {
  if (!/^-?[\d,]+(\.\d+)?$/.test(text)) return text
  const [whole = '', decimals = ''] = text.split('.')
  const kept = decimals.slice(places).replace(/0/g, '') === '' ? decimals.slice(0, places) : decimals
  return places || kept ? `${whole}.${kept.padEnd(places, '0')}` : whole
}

/** A value as it is: a table of an answer rounds nothing, because its rows are copied and compared. */
export function plainText(column: Column | undefined, places = 0): (value: Cell) => string {
  if (!column) return String
  if (isDecimal(column)) return (value) => withPlaces(number(value), places)
  if (/^(double|float|real)/i.test(column.type) && !isName(column.name)) return inFull
  return /^timestamp/.test(column.type) ? (value) => String(value).replace('T', ' ') : exact(column).text
}
