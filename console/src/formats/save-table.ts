import { type Cell, csvLine, currencyOf, download, isName, isNumeric } from '../api/format'
import { type Labels, type Units } from './columns'
import { kindOfTime } from './moments'
import { heading } from './words'

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
  /** Lines of the second sheet: the question, how the rows came about. */
  notes?: string[]
}

/** The most digits that a spreadsheet's number keeps. */
const MOST_DIGITS = 15
const MOST_OF_A_SHEET_NAME = 31

export function saveCsv(name: string, { columns, rows }: TableToSave): void {
  download(`${name}.csv`, [csvLine(columns.map((column) => column.name)), ...rows.map(csvLine)])
}

/** Save a workbook: the rows, and what they are on a sheet of its own. Its writer is loaded when it is first needed. */
export async function saveXlsx(name: string, table: TableToSave, words: WorkbookWords): Promise<void> {
  const { default: writeExcelFile } = await import('write-excel-file/browser')
  const sheets = [
    { data: sheetOf(table, words), sheet: sheetName(words.title), stickyRowsCount: 1 },
    { data: notesOf(table, words).map((line) => [line]), sheet: 'About' },
  ]
  await writeExcelFile(sheets).toFile(`${name}.xlsx`)
}

type SheetCell =
  | string
  | number
  | boolean
  | null
  | { value: string; fontWeight: 'bold' }
  | { value: number; format: string }
  | { value: Date; format: string }

/** The rows of a sheet: numbers are numbers unless a spreadsheet would round them, days are days, ids are texts. */
export function sheetOf({ columns, rows }: TableToSave, words: WorkbookWords): SheetCell[][] {
  const units = columns.map(({ name }) => words.units?.[name] ?? '')
  return [
    columns.map((column, at) => ({
      value: headingOf(column, units[at] ?? '', words.labels),
      fontWeight: 'bold' as const,
    })),
    ...rows.map((row) => columns.map((column, at) => sheetCell(row[at] ?? null, column, units[at] ?? ''))),
  ]
}

/** The heading of the page; the unit follows where a cell does not show it, and UTC for timestamps. */
function headingOf(
  { name, type }: { name: string; type: string },
  unit: string,
  labels: Labels = {},
): string {
  const title = labels[name] || heading(name, unit)
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
  const format = formatOf(unit)
  return format ? { value: Number(value), format } : Number(value)
}

const formatOf = (unit: string): string =>
  currencyOf(unit) ? '#,##0.00' : unit === 'share' || unit === 'probability' ? '0.0%' : ''

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

const notesOf = ({ rows }: TableToSave, { title, notes = [] }: WorkbookWords): string[] => [
  title,
  ...notes,
  `${rows.length.toLocaleString('en-GB')} rows, saved on ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
]
