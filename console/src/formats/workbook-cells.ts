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

/** What all cells of a column have: the decimals of computed numbers and of percent, or whether each is a month. */
export interface CellsKind {
  places: number
  isOfMonths: boolean
  /** Whether the numbers are known to measure or to count, although they have no unit. */
  isMeasured?: boolean
}

/** Of cells that need nothing in common. */
export const PLAIN_CELLS: CellsKind = { places: 0, isOfMonths: false }

const MONTH = /^\d{4}-\d{2}-01([T ]00:00(:00(\.0+)?)?)?$/

/** What all cells of a column have in common, so that each is shown as the others. */
export function kindOfCells(
  { name, type, kind }: Pick<AnswerColumn, 'name' | 'type' | 'kind'>,
  rows: Cell[][],
  at: number,
  unit = '',
): CellsKind {
  if (isShare(unit)) {
    // The same decimals as on the page.
    const shares = rows.map((row) => row[at] ?? null)
    return { places: percentPlaces(shares), isOfMonths: false }
  }
  const isMeasured = kind !== undefined && kind !== 'name' && isNumeric(type)
  let [places, months] = [0, 0]
  let isOfMonths = /(^|_)month(_on)?$/.test(name) && /^(date|timestamp)/.test(type)
  const isComputed = /^(double|real|float)/i.test(type)
  if (!isOfMonths && !isComputed) return { places, isOfMonths, isMeasured }
  for (const row of rows) {
    const cell = row[at] ?? null
    if (cell === null) continue
    if (isOfMonths) [isOfMonths, months] = [MONTH.test(String(cell)), months + 1]
    else places = Math.max(places, decimalsOf(cell))
    if ((isComputed && places === MOST_SHOWN_PLACES) || !(isComputed || isOfMonths)) break
  }
  return { places, isOfMonths: isOfMonths && months > 0, isMeasured }
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
    return { width: Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, ...texts) + 2) }
  })

const WIDTH_ROWS = 100
const [LEAST_WIDTH, MOST_WIDTH] = [8, 60]
const DATE_LENGTH = 17

function lengthOf(cell: SheetCell): number {
  const value = cell !== null && typeof cell === 'object' ? cell.value : cell
  if (value instanceof Date) return DATE_LENGTH
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
  { places, isOfMonths, isMeasured }: CellsKind = PLAIN_CELLS,
): SheetCell {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  if (isName(name)) return value
  if (typeof value === 'string' && !isNumeric(type)) return dateCell(value, type, isOfMonths)
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
  const places = Number(/^decimal\(\d+,\s*(\d+)\)/i.exec(type)?.[1] ?? 0)
  if (!unit && !isMeasured) return places > 0 ? withPlaces(Math.min(places, MOST_SHOWN_PLACES)) : ''
  // Without a place for each digit a whole number would end with a bare point.
  return withPlaces(Math.max(computed, Math.min(places, MOST_SHOWN_PLACES)))
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
function dateCell(value: string, type: string, isOfMonths: boolean): SheetCell {
  const kind = /^(date|timestamp)/.test(type) ? kindOfTime(value) : undefined
  if (!kind) return value
  const text = kind === 'day' ? `${value}T00:00:00` : value.replace(' ', 'T').slice(0, 19)
  const at = new Date(`${text}Z`)
  if (Number.isNaN(at.getTime())) return value
  if (isOfMonths) return { value: at, format: 'mmm yyyy' }
  return { value: at, format: kind === 'day' ? 'dd mmm yyyy' : 'dd mmm yyyy hh:mm' }
}
