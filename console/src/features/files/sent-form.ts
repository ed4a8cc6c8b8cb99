import type { Schemas } from '../../api/client'
import { csvLine } from '../../api/format'
import { cellAsSent, type Spellings } from './file-spelling'
import { placeOf } from './rejection-groups'

type File = Pick<Schemas['FileDetail'], 'key' | 'written_as' | 'edited_before'>

/** The form of the file that a person sent: its rows go back to their sender in it. */
export interface SentForm {
  /** The name of the file without its ending. */
  name: string
  /** Its columns, each with the column of the table; empty for the columns of the table. */
  columns: [string, string][]
  delimiter: string
  spellings: Spellings
}

/** The form of a file before its edits, else its own. */
export function sentForm({ key, written_as: own, edited_before: edits }: File): SentForm {
  const sent = edits?.sent_as || (key.split('/').at(-1) ?? '')
  const delimiter = edits?.sent_written_as.delimiter ?? own.delimiter ?? ','
  return {
    name: sent.replace(/(\.[a-z0-9]{1,7}){1,2}$/i, '') || 'file',
    columns: (edits?.sent_columns ?? []).map((name, at) => [name, edits?.fields[at] ?? '']),
    delimiter: delimiter.length === 1 ? delimiter : ',',
    spellings: edits?.formats ?? {},
  }
}

/** Refused rows as lines of their file, with their number and the reason; columns that were added are last. */
export function sentLines(
  rows: Schemas['RejectedRow'][],
  { columns, delimiter, spellings }: SentForm,
): string[] {
  const fields = new Set(columns.map(([, field]) => field))
  const others = [...new Set(rows.flatMap((row) => Object.keys(row.record)))].filter(
    (name) => !fields.has(name),
  )
  const titles = [
    ...columns.map(([name]) => name),
    ...others.map((name) => (name === '_raw' ? 'the row' : name)),
  ]
  const names = [...columns.map(([, field]) => field), ...others]
  return [
    csvLine([...titles, 'row', 'reason'], delimiter),
    ...rows.map((row) =>
      csvLine(
        [...names.map((name) => (name ? cellAsSent(row, name, spellings) : null)), placeOf(row), row.reason],
        delimiter,
      ),
    ),
  ]
}
