import { type Cell, csvLine, download, isName, isNumeric } from './format'

export interface TableToSave {
  columns: { name: string; type: string }[]
  rows: Cell[][]
}

/** The most digits that a spreadsheet's number keeps. */
const MOST_DIGITS = 15

export function saveCsv(name: string, { columns, rows }: TableToSave): void {
  download(`${name}.csv`, [csvLine(columns.map((column) => column.name)), ...rows.map(csvLine)])
}

/** Save a workbook; its writer is loaded when it is first needed. */
export async function saveXlsx(name: string, table: TableToSave): Promise<void> {
  const { default: writeExcelFile } = await import('write-excel-file/browser')
  await writeExcelFile(sheetOf(table), { stickyRowsCount: 1 }).toFile(`${name}.xlsx`)
}

type SheetCell = string | number | boolean | null | { value: string; fontWeight: 'bold' }

/** The rows of a sheet: numbers are numbers unless a spreadsheet would round them, ids are texts. */
export const sheetOf = ({ columns, rows }: TableToSave): SheetCell[][] => [
  columns.map((column) => ({ value: column.name, fontWeight: 'bold' as const })),
  ...rows.map((row) => columns.map((column, at) => sheetCell(row[at] ?? null, column))),
]

function sheetCell(value: Cell, { name, type }: { name: string; type: string }): SheetCell {
  if (typeof value !== 'string' || !isNumeric(type) || isName(name)) return value
  const digits = value.replace(/\D/g, '').replace(/^0+/, '').length
  return digits <= MOST_DIGITS && Number.isFinite(Number(value)) ? Number(value) : value
}
