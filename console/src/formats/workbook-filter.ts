import { getCellAddress } from 'write-excel-file/utility'
import type { Feature } from 'write-excel-file/browser'

import { inFirstSheet, SHEET } from './workbook-sheet'

/** The arrows of a filter on the headings of the first sheet. */
export function filterOf(columns: number, rows: number): Feature<File | Blob | ArrayBuffer> {
  const markup = columns > 0 && rows > 0 ? `<autoFilter ref="A1:${getCellAddress(rows, columns - 1)}"/>` : ''
  return { files: { transform: { [SHEET]: inFirstSheet(markup) } } }
}
