import { getCellAddress } from 'write-excel-file/utility'

import {
  type Cell,
  currencyOf,
  isName,
  isNumeric,
  isShare,
  placesOfCurrency,
  signOfCurrency,
} from '../api/format'
import type { AnswerColumn } from './columns'
import { kindOfTime } from './moments'
import { percentPlaces } from './percent-places'
import type { Link } from './workbook-links'
import { largestNumber } from './extremes'

/** The first sheet of a workbook, without its rows. */
export interface Sheet {
  name: string
  columns: { name: string; type: string }[]
  /** The headings and the units of the columns, in their order. */
  headings: string[]
  units: string[]
  /** How the cells of each column are shown, in their order. */
  kinds: CellsKind[]
}

/** The periods of which a spreadsheet shows the first day as the page does. */
type Period = 'month' | 'quarter' | 'year'

/** What all cells of a column have: the decimals of computed numbers and of percent, or the period that begins with each day. */
export interface CellsKind {
  places: number
  period: Period | ''
  /** Whether the numbers are known to measure or to count, although they have no unit. */
  isMeasured?: boolean
}

/** Of cells that need nothing in common. */
export const PLAIN_CELLS: CellsKind = { places: 0, period: '' }

const STARTS: Readonly<Record<Period, RegExp>> = {
  month: /^\d{4}-\d{2}-01([T ]00:00(:00(\.0+)?)?)?$/,
  quarter: /^\d{4}-(01|04|07|10)-01([T ]00:00(:00(\.0+)?)?)?$/,
  year: /^\d{4}-01-01([T ]00:00(:00(\.0+)?)?)?$/,
}

/** The period of a column of days, by its statement, else by its name. */
function periodOf({ name, type, period = '' }: Pick<AnswerColumn, 'name' | 'type' | 'period'>): Period | '' {
  const own = period || (/(^|_)(month|quarter|year)(_on)?$/.exec(name)?.[2] ?? '')
  return /^(date|timestamp)/.test(type) && own in STARTS ? (own as Period) : ''
}

/** What all cells of a column have in common, so that each is shown as the others. */
export function kindOfCells(
  column: Pick<AnswerColumn, 'name' | 'type' | 'kind' | 'period'>,
  rows: Cell[][],
  at: number,
  unit = '',
): CellsKind {
  const { type, kind } = column
  if (isShare(unit)) {
    // The same decimals as on the page.
    const shares = rows.map((row) => row[at] ?? null)
    return { places: percentPlaces(shares), period: '' }
  }
  const isMeasured = kind !== undefined && kind !== 'name' && isNumeric(type)
  const period = periodOf(column)
  const cells = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null)
  if (period) {
    const areStarts = cells.length > 0 && cells.every((cell) => STARTS[period].test(String(cell)))
    return { places: 0, period: areStarts ? period : '', isMeasured }
  }
  // The type of a decimal in an answer may lack its scale.
  return { places: /^(double|real|float|decimal)/i.test(type) ? placesOf(cells) : 0, period, isMeasured }
}

/** The decimals that a sheet shows of all computed numbers of a column. */
function placesOf(cells: Cell[]): number {
  let places = 0
  for (const cell of cells) {
    places = Math.max(places, decimalsOf(cell))
    if (places === MOST_SHOWN_PLACES) break
  }
  return places
}

/** The decimals of a number that a sheet shows. */
const decimalsOf = (cell: Cell): number =>
  Number.isInteger(Number(cell))
    ? 0
    : (String(Number(Number(cell).toFixed(MOST_SHOWN_PLACES))).split('.')[1] ?? '').length

/** The most digits that a spreadsheet's number keeps. */
const MOST_DIGITS = 15

/** The widths of columns in characters, so that headings and values can be read. */
export const widthsOf = ([headings = [], ...rows]: SheetCell[][]): { width: number }[] =>
  headings.map((title, at) => {
    const texts = [title, ...rows.slice(0, WIDTH_ROWS).map((row) => row[at] ?? null)].map(lengthOf)
    return { width: Math.min(MOST_WIDTH, largestNumber(texts, LEAST_WIDTH) + 2) }
  })

const WIDTH_ROWS = 100
const [LEAST_WIDTH, MOST_WIDTH] = [8, 60]

function lengthOf(cell: SheetCell): number {
  const value = cell !== null && typeof cell === 'object' ? cell.value : cell
  if (value instanceof Date && cell !== null && typeof cell === 'object' && 'format' in cell)
    return cell.format.length
  return typeof value === 'number' ? value.toFixed(2).length : String(value ?? '').length
}

export type SheetCell =
  | string
  | number
  | boolean
  | null
  | { value: string; fontWeight: 'bold' }
  | { value: string; textColor: string; textDecoration: { underline: true } }
  | { value: number; format: string }
  | { value: Date; format: string }

/** As spreadsheets show a link. */
const LINK = { textColor: '#0563c1', textDecoration: { underline: true } } as const

/** The headings of a sheet. */
export const headingCells = ({ headings }: Sheet): SheetCell[] =>
  headings.map((value) => ({ value, fontWeight: 'bold' as const }))

/** The rows of a sheet from the row `from` on: numbers are numbers unless a spreadsheet would round them, days are days, ids are texts. */
export function cellsOfRows(
  { columns, units, kinds }: Sheet,
  rows: Cell[][],
  links: Link[] = [],
  from = 0,
): SheetCell[][] {
  const linked = new Set(links.map(({ cell }) => cell))
  return rows.map((row, line) =>
    columns.map((column, at) => {
      const cell = sheetCell(row[at] ?? null, column, units[at] ?? '', kinds[at])
      const isLink =
        typeof cell !== 'object' && linked.size > 0 && linked.has(getCellAddress(from + line + 1, at))
      return isLink ? { value: String(cell), ...LINK } : cell
    }),
  )
}

/** The rows of a sheet below their headings. */
export const sheetOf = (sheet: Sheet, rows: Cell[][], links: Link[] = []): SheetCell[][] => [
  headingCells(sheet),
  ...cellsOfRows(sheet, rows, links),
]

function sheetCell(
  value: Cell,
  { name, type }: { name: string; type: string },
  unit: string,
  { places, period, isMeasured }: CellsKind = PLAIN_CELLS,
): SheetCell {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  if (isName(name) && !period) return value
  if (typeof value === 'string' && !isNumeric(type)) return dateCell(value, type, period)
  // A float has no more digits in a spreadsheet than here; its share is shown as percent.
  const isFloat = typeof value === 'number' && !Number.isInteger(value)
  const digits = isFloat ? 0 : String(value).replace(/\D/g, '').replace(/^0+/, '').length
  if (digits > MOST_DIGITS || !Number.isFinite(Number(value))) return value
  const format = formatOf(unit, type, places, isMeasured)
  return format ? { value: Number(value), format } : Number(value)
}

const MOST_SHOWN_PLACES = 4

/** Of a number without a unit a spreadsheet cannot know whether it counts or names, such as a year. */
function formatOf(unit: string, type: string, computed: number, isMeasured = false): string {
  const currency = currencyOf(unit)
  if (currency) return amountFormat(currency)
  if (isShare(unit)) return `${withPlaces(computed)}%`
  // A sum of amounts has no unit, and a decimal type that no id and no year has.
  const scale = Number(/^decimal\(\d+,\s*(\d+)\)/i.exec(type)?.[1] ?? 0)
  const places = Math.max(computed, Math.min(scale, MOST_SHOWN_PLACES))
  if (!unit && !isMeasured) return places > 0 && /^decimal/i.test(type) ? withPlaces(places) : ''
  // Without a place for each digit a whole number would end with a bare point.
  return withPlaces(places)
}

const withPlaces = (places: number): string => `#,##0${places > 0 ? `.${'0'.repeat(places)}` : ''}`

const amountFormats = new Map<string, string>()

/** Amounts with the sign and the decimals of their currency; written once, and used for each cell. */
function amountFormat(currency: string): string {
  const written = amountFormats.get(currency)
  if (written) return written
  const places = placesOfCurrency(currency)
  const format = `"${signOfCurrency(currency)}"#,##0${places > 0 ? `.${'0'.repeat(places)}` : ''}`
  amountFormats.set(currency, format)
  return format
}

/** A day or a timestamp of a column of such as a spreadsheet's date, in UTC. */
function dateCell(value: string, type: string, period: CellsKind['period']): SheetCell {
  const kind = /^(date|timestamp)/.test(type) ? kindOfTime(value) : undefined
  if (!kind) return value
  const text = kind === 'day' ? `${value}T00:00:00` : value.replace(' ', 'T').slice(0, 23)
  const at = new Date(`${text}Z`)
  if (Number.isNaN(at.getTime()) || at.getTime() < FIRST_DAY_MS) return value
  if (period) return { value: at, format: formatOfPeriod(at, period) }
  return { value: at, format: kind === 'day' ? 'dd mmm yyyy' : `dd mmm yyyy ${clockFormat(at)}` }
}

/** A spreadsheet has no days before 1900, and Excel a 29 Feb 1900 that was none. */
const FIRST_DAY_MS = Date.UTC(1900, 2, 1)

/** The time of day with the seconds and milliseconds that it has. */
const clockFormat = (at: Date): string =>
  at.getUTCMilliseconds() > 0 ? 'hh:mm:ss.000' : at.getUTCSeconds() > 0 ? 'hh:mm:ss' : 'hh:mm'

/** A spreadsheet has no format of quarters, so each cell states its own: it is still a date, and sorted as one. */
const formatOfPeriod = (start: Date, period: Period): string =>
  period === 'quarter' ? `"Q${start.getUTCMonth() / 3 + 1}" yyyy` : period === 'month' ? 'mmm yyyy' : 'yyyy'
