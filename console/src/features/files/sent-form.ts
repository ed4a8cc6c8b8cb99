import type { Schemas } from '../../api/client'
import { csvLine } from '../../api/format'
import { isOfDuplicates, SAME_KEY } from '../../formats/rules'
import { columnTitle } from '../../formats/words'
import { cellAsSent, type Spellings } from './file-spelling'
import { placeOf, placeWords, textWords } from './rejection-groups'

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

/** Columns behind those of the sender: a file with them is known as an answer to refused rows. */
const ABOUT_ROWS = ['row', 'reason', 'reference']

export interface RowsToSend {
  /** By which the lake knows the file again. */
  reference: string
  /** The columns of the file as it was sent; empty where the lake does not keep it. */
  columns: string[]
  rows: Schemas['RejectedRow'][]
}

/** The rows of which the sender has something to do: no equal duplicates, and none that is corrected since. */
export function rowsToSend(rows: Schemas['RejectedRow'][]): Schemas['RejectedRow'][] {
  const open = rows.filter(
    ({ rule, correction }) => correction !== 'accepted' && (!isOfDuplicates(rule) || rule === SAME_KEY),
  )
  return open.length > 0 ? open : rows
}

/**
 * Refused rows as lines of their file: its own columns and cells where the lake keeps the file, else the masked ones,
 * with their place, the reason in the words of the file, and a reference by which the lake knows the rows again.
 */
export function sentLines(
  { reference, columns: own, rows }: RowsToSend,
  form: SentForm,
  titleOf = columnTitle,
): string[] {
  const { columns, delimiter, spellings } = form
  const fields = new Set(columns.map(([, field]) => field))
  const others = [...new Set(rows.flatMap((row) => Object.keys(row.record)))].filter(
    (name) => !fields.has(name),
  )
  const titles = [
    ...columns.map(([name]) => name),
    ...others.map((name) => (name === '_raw' ? 'the row' : name)),
  ]
  const names = [...columns.map(([, field]) => field), ...others]
  const cellsOf = (row: Schemas['RejectedRow']) =>
    own.length > 0
      ? inWidth(row.sent_cells, own.length, delimiter)
      : names.map((name) => (name ? cellAsSent(row, name, spellings) : null))
  return [
    csvLine([...(own.length > 0 ? own : titles), ...ABOUT_ROWS], delimiter),
    ...rows.map((row) =>
      csvLine(
        [
          ...cellsOf(row),
          placeWords(row) || placeOf(row),
          reasonInFile(row, form, titleOf),
          `${reference}-${row.source_row}`,
        ],
        delimiter,
      ),
    ),
  ]
}

/** Cells by column: empty ones fill a short row, and surplus ones are in the last cell. */
const inWidth = (cells: (string | null)[], width: number, delimiter: string): (string | null)[] =>
  cells.length > width
    ? [...cells.slice(0, width - 1), cells.slice(width - 1).join(delimiter)]
    : [...cells, ...Array<null>(width - cells.length).fill(null)]

const DIFFERENCES = /\bits (.+?) is (\S+) instead of (\S+?)(?=[.;,] | and \d+ more|\.?$)/g

/** A reason with the values that differ as the file writes its numbers, days and truths. */
export const differencesInFile = (
  reason: string,
  spellings: Spellings,
  fieldOf: (title: string) => string,
): string =>
  reason.replace(DIFFERENCES, (_, title: string, after: string, before: string) => {
    const own = (text: string) => textWords(text, spellings[fieldOf(title)])
    return `its ${title} is ${own(after)} instead of ${own(before)}`
  })

/** A reason with the headings of the file instead of the titles of the dataset, and its amounts as it writes them. */
export function reasonInFile(
  { reason }: Pick<Schemas['RejectedRow'], 'reason'>,
  { columns, spellings }: Pick<SentForm, 'columns' | 'spellings'>,
  titleOf = columnTitle,
): string {
  const named = columns
    .filter(([heading, field]) => heading && field)
    .map(([heading, field]) => ({ heading, field, title: titleOf(field) }))
    .sort((one, other) => other.title.length - one.title.length)
  const fieldOf = (title: string) => named.find((one) => one.title === title)?.field ?? ''
  const written = differencesInFile(reason, spellings, fieldOf)
  const column = named.find(
    ({ title }) => written.startsWith(`${title} `) || written.includes(`its ${title} `),
  )
  if (!column) return written
  const { heading, title } = column
  return written.startsWith(`${title} `)
    ? `${heading}${written.slice(title.length)}`
    : written.replace(`its ${title} `, `its ${heading} `)
}
