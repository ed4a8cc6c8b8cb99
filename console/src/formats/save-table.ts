import { type Cell, count, csvLine, currencyOf, download, isName, isNumeric } from '../api/format'
import { headingsOf, type Labels, type Units } from './columns'
import { kindOfTime } from './moments'

export interface TableToSave {
  columns: { name: string; type: string }[]
  rows: Cell[][]
}

/** What a workbook says beside the rows. */
export interface WorkbookWords {
  /** The name of the first sheet. */
  title: string
  units?: Units
  labels?: Labels
  /** What each column is, by its name. */
  about?: Labels
  /** Lines of the second sheet: the question, how the rows came about. */
  notes?: string[]
  /** The address of the page about a cell's value, such as that of an order. */
  linkOf?: (column: string, value: Cell) => string | undefined
}

/** The most digits that a spreadsheet's number keeps. */
const MOST_DIGITS = 15
const MOST_OF_A_SHEET_NAME = 31

export function saveCsv(name: string, { columns, rows }: TableToSave): void {
  download(`${name}.csv`, [csvLine(columns.map((column) => column.name)), ...rows.map((row) => csvLine(row))])
}

/** Save a workbook: the rows, and what they are on a sheet of its own. Its writer is loaded when it is first needed. */
export async function saveXlsx(name: string, table: TableToSave, words: WorkbookWords): Promise<void> {
  const { default: writeExcelFile } = await import('write-excel-file/browser')
  const { linksOf, linksOfCells } = await import('./workbook-links')
  const { filterOf } = await import('./workbook-filter')
  const data = sheetOf(table, words)
  const sheets = [
    { data, sheet: sheetName(words.title), stickyRowsCount: 1, columns: widthsOf(data) },
    { data: notesOf(table, words).map((line) => [line]), sheet: 'About', columns: [{ width: 120 }] },
  ]
  const features = [
    linksOf(linksOfCells(table, words.linkOf)),
    filterOf(table.columns.length, table.rows.length),
  ]
  await writeExcelFile(sheets, { features }).toFile(`${name}.xlsx`)
}

/** The widths of columns in characters, so that headings and values can be read. */
const widthsOf = ([headings = [], ...rows]: SheetCell[][]): { width: number }[] =>
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

type SheetCell =
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

/** The rows of a sheet: numbers are numbers unless a spreadsheet would round them, days are days, ids are texts. */
export function sheetOf({ columns, rows }: TableToSave, words: WorkbookWords): SheetCell[][] {
  const units = columns.map(({ name }) => words.units?.[name] ?? '')
  const headings = headingsOf(columns, words.labels, words.units)
  return [
    columns.map((column, at) => ({
      value: headingOf(column, units[at] ?? '', headings[column.name] ?? column.name),
      fontWeight: 'bold' as const,
    })),
    ...rows.map((row) =>
      columns.map((column, at) => {
        const cell = sheetCell(row[at] ?? null, column, units[at] ?? '')
        const isLink = typeof cell !== 'object' && words.linkOf?.(column.name, row[at] ?? null)
        return isLink ? { value: String(cell), ...LINK } : cell
      }),
    ),
  ]
}

/** The heading of the page; the unit follows where a cell does not show it, and UTC for timestamps. */
function headingOf({ type }: { type: string }, unit: string, title: string): string {
  const currency = currencyOf(unit)
  const suffix = currency && !title.includes(currency) ? currency : type.startsWith('timestamp') ? 'UTC' : ''
  return suffix ? `${title} (${suffix})` : title
}

function sheetCell(value: Cell, { name, type }: { name: string; type: string }, unit: string): SheetCell {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  if (isName(name)) return value
  if (typeof value === 'string' && !isNumeric(type)) return dateCell(value, type)
  const digits = String(value).replace(/\D/g, '').replace(/^0+/, '').length
  if (digits > MOST_DIGITS || !Number.isFinite(Number(value))) return value
  const format = formatOf(unit, type)
  return format ? { value: Number(value), format } : Number(value)
}

const MOST_SHOWN_PLACES = 4

/** Of a number without a unit a spreadsheet cannot know whether it counts or names, such as a year. */
function formatOf(unit: string, type: string): string {
  if (currencyOf(unit)) return '#,##0.00'
  if (unit === 'share' || unit === 'probability') return '0.0%'
  // A sum of amounts has no unit, and a decimal type that no id and no year has.
  const places = Number(/^decimal\(\d+,\s*(\d+)\)/i.exec(type)?.[1] ?? 0)
  if (!unit) return places > 0 ? `#,##0.${'0'.repeat(Math.min(places, MOST_SHOWN_PLACES))}` : ''
  return /int/.test(type) ? '#,##0' : '#,##0.##'
}

/** A day or a timestamp of a column of such as a spreadsheet's date, in UTC. */
function dateCell(value: string, type: string): SheetCell {
  const kind = /^(date|timestamp)/.test(type) ? kindOfTime(value) : undefined
  if (!kind) return value
  const text = kind === 'day' ? `${value}T00:00:00` : value.replace(' ', 'T').slice(0, 19)
  const at = new Date(`${text}Z`)
  if (Number.isNaN(at.getTime())) return value
  return { value: at, format: kind === 'day' ? 'dd mmm yyyy' : 'dd mmm yyyy hh:mm' }
}

/** What a spreadsheet takes as the name of a sheet. */
export const sheetName = (title: string): string =>
  title
    .replace(/[\\/?*[\]:]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MOST_OF_A_SHEET_NAME)
    .trim() || 'Rows'

/** The lines of the second sheet: the question, how the rows came about, and what each column is. */
export function notesOf(
  { columns, rows }: TableToSave,
  { title, notes = [], units = {}, labels = {}, about = {} }: WorkbookWords,
): string[] {
  const headings = headingsOf(columns, labels, units)
  return [
    title,
    ...notes,
    ...columns
      .filter(({ name }) => about[name])
      .map((column) => {
        const { name } = column
        return `${headingOf(column, units[name] ?? '', headings[name] ?? name)}: ${about[name]}`
      }),
    `${count(rows.length, 'row')}, saved on ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ]
}
