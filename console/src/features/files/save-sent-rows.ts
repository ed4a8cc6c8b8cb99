import { download, saveBlob } from '../../api/format'
import { type RowsToSend, sentLines, sentName, sentTable, type SentForm, type SentReasons } from './sent-form'
import type { RejectionGroup } from './rejection-groups'

/** Save refused rows for their sender in the kind of file that was sent: a workbook, else CSV. */
export async function saveSentRows(
  sent: RowsToSend,
  form: SentForm,
  words: SentReasons,
  group?: RejectionGroup,
): Promise<void> {
  const name = sentName(form, group)
  if (form.isWorkbook) saveBlob(`${name}.xlsx`, await sentWorkbook(sentTable(sent, form, words)))
  else download(`${name}.csv`, sentLines(sent, form, words))
}

/** A workbook of texts: a spreadsheet rewrites neither leading zeros nor decimals of a text cell. */
export async function sentWorkbook(table: ReturnType<typeof sentTable>): Promise<Blob> {
  const { default: writeExcelFile } = await import('write-excel-file/browser')
  const data = table.map((row) => row.map((cell) => (cell === null ? null : { value: String(cell) })))
  return writeExcelFile([{ data, sheet: 'Rows', stickyRowsCount: 1 }]).toBlob()
}
