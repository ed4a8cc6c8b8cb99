import writeExcelFile from 'write-excel-file/browser'

import type { Cell } from '../api/format'
import { headingCells, type Sheet, type SheetCell, widthsOf } from './workbook-cells'
import { filterOf } from './workbook-filter'
import { type Link, linksOf } from './workbook-links'
import { defaultStyle } from './workbook-style'

/** The messages to the worker that writes a workbook: its sheet, then its rows in slices, then the end. */
export type WorkbookOrder =
  | { kind: 'sheet'; sheet: Sheet; notes: string[] }
  | { kind: 'rows'; rows: Cell[][]; links: Link[] }
  | { kind: 'end' }

/** The messages of the worker: the rows that it has taken, those that it wrote so far, then the file. */
export type WorkbookReport =
  | { kind: 'taken'; rows: number }
  | { kind: 'rows'; rows: number }
  | { kind: 'file'; file: Blob }
  | { kind: 'failure'; message: string }

export interface Workbook {
  sheet: Sheet
  /** The rows below the headings. */
  cells: SheetCell[][]
  links: Link[]
  /** The lines of the second sheet. */
  notes: string[]
}

const REPORT_ROWS = 10_000

/** The file of a workbook. `onRows` gets how many rows are written. */
export async function writeWorkbook(
  { sheet, cells, links, notes }: Workbook,
  onRows: (rows: number) => void,
): Promise<Blob> {
  // Without a spread, which half a million rows would not fit into.
  const data = [headingCells(sheet)].concat(cells)
  const sheets = [
    { data: reporting(data, onRows), sheet: sheet.name, stickyRowsCount: 1, columns: widthsOf(data) },
    { data: notes.map((line) => [line]), sheet: 'About', columns: [{ width: 120 }] },
  ]
  const features = [linksOf(links), filterOf(sheet.columns.length, cells.length), defaultStyle]
  return writeExcelFile(sheets, { features }).toBlob()
}

/** The same rows; the writer maps each to its markup, and the count of them is reported. */
function reporting(rows: SheetCell[][], onRows: (rows: number) => void): SheetCell[][] {
  const copy = [...rows]
  const last = rows.length - 1
  return Object.assign(copy, {
    map: <Written>(write: (row: SheetCell[], at: number, all: SheetCell[][]) => Written): Written[] =>
      Array.from(rows, (row, at) => {
        // The row 0 has the headings.
        if (at > 0 && (at % REPORT_ROWS === 0 || at === last)) onRows(at)
        return write(row, at, copy)
      }),
  })
}
