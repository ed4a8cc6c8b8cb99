import { type Cell, count, csvLine, currencyOf, download, DURATION, saveBlob } from '../api/format'
import {
  type AnswerColumn,
  headingsOf,
  headingWithUnit,
  type Labels,
  titleWithUnit,
  type Units,
} from './columns'
import { type CellsKind, kindOfCells, PLAIN_CELLS, type Sheet } from './workbook-cells'
import { namedTable } from './workbook-names'
import type { WorkbookOrder, WorkbookReport } from './workbook-writer'

export interface TableToSave {
  /** A column of an answer says by its expression whether its numbers are names, and which period begins with its days. */
  columns: Pick<AnswerColumn, 'name' | 'type' | 'kind' | 'period'>[]
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

const MOST_OF_A_SHEET_NAME = 31

export const saveCsv = (name: string, table: TableToSave): void => download(`${name}.csv`, csvLines(table))

/** The lines of a CSV file with timestamps as statements, Athena and spreadsheets write them: `2010-12-09 23:09:51`. */
export function csvLines({ columns, rows }: TableToSave): string[] {
  const isMoment = columns.map(({ type }) => type.startsWith('timestamp'))
  const written = (cell: Cell, at: number): Cell =>
    isMoment[at] && typeof cell === 'string' ? cell.replace('T', ' ') : cell
  return [csvLine(columns.map((column) => column.name)), ...rows.map((row) => csvLine(row.map(written)))]
}

/** As many rows as the page hands over before it draws again. */
const SLICE_ROWS = 5_000

/** How far a workbook is, and what stops it. */
export interface Writing {
  onRows?: (rows: number) => void
  /** The rows that are made into cells, before the first of them is written. */
  onTaken?: (rows: number) => void
  signal?: AbortSignal
}

/** Save a workbook: the rows, and what they are on a sheet of its own. A worker writes it, so that the page stays usable. */
export async function saveXlsx(
  name: string,
  { rows: all, ...table }: TableToSave,
  given: WorkbookWords,
  { onRows, onTaken, signal }: Writing = {},
): Promise<void> {
  const { linksOfCells } = await import('./workbook-links')
  const { columns, words, withNames } = namedTable({ ...table, rows: all }, given)
  const worker = new Worker(new URL('./workbook-worker.ts', import.meta.url), { type: 'module' })
  const send = (order: WorkbookOrder) => worker.postMessage(order)
  try {
    const written = new Promise<Blob>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkbookReport>) => {
        if (data.kind === 'taken') onTaken?.(data.rows)
        else if (data.kind === 'rows') onRows?.(data.rows)
        else if (data.kind === 'file') resolve(data.file)
        else reject(new Error(data.message))
      }
      worker.onerror = ({ message }) => reject(new Error(message || 'The workbook could not be written.'))
      signal?.addEventListener('abort', () => reject(new DOMException('Stopped', 'AbortError')))
    })
    written.catch(() => undefined)
    send({
      kind: 'sheet',
      sheet: sheetStart(
        { columns, rows: [] },
        words,
        kindsByName({ columns: table.columns, rows: all }, given.units),
      ),
      notes: notesOf({ columns, rows: all }, words),
    })
    for (let from = 0; from < all.length; from += SLICE_ROWS) {
      signal?.throwIfAborted()
      const rows = withNames(all.slice(from, from + SLICE_ROWS))
      send({ kind: 'rows', rows, links: linksOfCells({ columns, rows }, words.linkOf, from) })
      await nextTask()
    }
    send({ kind: 'end' })
    saveBlob(`${name}.xlsx`, await written)
  } finally {
    worker.terminate()
  }
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve))

/** How the cells of each column are shown, by its name: the names of codes beside a column are texts. */
const kindsByName = ({ columns, rows }: TableToSave, units: Units = {}): Map<string, CellsKind> =>
  new Map(columns.map((column, at) => [column.name, kindOfCells(column, rows, at, units[column.name])]))

/** The first sheet of a table, with the headings of the page. */
export function sheetStart(
  { columns, rows }: TableToSave,
  words: WorkbookWords,
  kindOf: ReadonlyMap<string, CellsKind> = kindsByName({ columns, rows }, words.units),
): Sheet {
  const units = columns.map(({ name }) => words.units?.[name] ?? '')
  const headings = headingsOf(columns, words.labels, words.units)
  const kinds = columns.map(({ name }) => kindOf.get(name) ?? PLAIN_CELLS)
  // A period has no time of the day of which UTC could be said.
  const typeAt = (at: number): string => (kinds[at]?.period ? 'date' : (columns[at]?.type ?? ''))
  return {
    name: sheetName(words.title),
    columns: columns.map(({ name, type }) => ({ name, type })),
    kinds,
    headings: columns.map((column, at) =>
      headingOf({ type: typeAt(at) }, units[at] ?? '', headings[column.name] ?? column.name),
    ),
    units,
  }
}

/** The heading of the page; the unit follows where a cell does not show it, and UTC for timestamps. */
function headingOf({ type }: { type: string }, unit: string, title: string): string {
  const currency = currencyOf(unit)
  if (currency && !title.includes(currency)) return `${title} (${currency})`
  // A sheet has the seconds of a duration, with which it can compute.
  if (unit === DURATION) return headingWithUnit(title, 's')
  return type.startsWith('timestamp') ? headingWithUnit(title, 'UTC') : titleWithUnit(title, unit)
}

/** What a spreadsheet takes as the name of a sheet. */
export function sheetName(title: string): string {
  const words = title
    .replace(/[\\/?*[\]:]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const end = words.length > MOST_OF_A_SHEET_NAME ? words.lastIndexOf(' ', MOST_OF_A_SHEET_NAME) : -1
  return words.slice(0, end > 0 ? end : MOST_OF_A_SHEET_NAME) || 'Rows'
}

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
