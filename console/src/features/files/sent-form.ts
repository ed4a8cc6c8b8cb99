import type { Schemas } from '../../api/client'
import { csvLine } from '../../api/format'
import { isOfDuplicates, ruleWords, SAME_KEY } from '../../formats/rules'
import { columnTitle, type TitleOf } from '../../formats/words'
import { cellAsSent, type Spellings } from './file-spelling'
import { reasonWords } from './reason-words'
import { isOptional, placeOf, placeWords, textWords } from './rejection-groups'

type File = Pick<Schemas['FileDetail'], 'key' | 'written_as' | 'edited_before'>

/** The form of the file that a person sent: its rows go back to their sender in it. */
export interface SentForm {
  /** The name of the file without its ending. */
  name: string
  /** Its columns, each with the column of the table; empty for the columns of the table. */
  columns: [string, string][]
  delimiter: string
  /** Whether the file is a workbook, so that its rows are one, too. */
  isWorkbook: boolean
  spellings: Spellings
}

const WORKBOOK = /\.(xlsx|xlsm|xls|ods)$/i

/** The form of a file before its edits, else its own. */
export function sentForm({ key, written_as: own, edited_before: edits }: File): SentForm {
  const sent = edits?.sent_as || (key.split('/').at(-1) ?? '')
  const delimiter = edits?.sent_written_as.delimiter ?? own.delimiter ?? ','
  return {
    name: sent.replace(/(\.[a-z0-9]{1,7}){1,2}$/i, '') || 'file',
    columns: (edits?.sent_columns ?? []).map((name, at) => [name, edits?.fields[at] ?? '']),
    delimiter: delimiter.length === 1 ? delimiter : ',',
    isWorkbook: WORKBOOK.test(sent),
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

/** The rows of which the sender has something to do: no equal duplicates, none that is ignored or has a correction that is accepted or under way. */
export function rowsToSend(
  rows: Schemas['RejectedRow'][],
  ignored: Pick<Schemas['RejectionGroup'], 'rule' | 'column'>[] = [],
): Schemas['RejectedRow'][] {
  const isIgnored = ({ rule, column }: Schemas['RejectedRow']) =>
    ignored.some((group) => group.rule === rule && group.column === column)
  const open = rows.filter(
    (row) =>
      (!row.correction || row.correction === 'refused') &&
      (!isOfDuplicates(row.rule) || row.rule === SAME_KEY) &&
      !isIgnored(row),
  )
  return open.length > 0 ? open : rows
}

/** The name of the file of refused rows, or of those with one reason. */
export const sentName = (
  { name }: Pick<SentForm, 'name'>,
  group?: Pick<Schemas['RejectionGroup'], 'rule' | 'column'>,
): string =>
  [name, 'rejected-rows', ...(group ? [group.column, group.rule] : [])]
    .filter(Boolean)
    .map((part, at) => (at < 2 ? part : part.replaceAll('_', '-')))
    .join('-')

/** What the dataset says of its columns, for the reasons of refused rows. */
export interface SentReasons {
  titleOf?: TitleOf | undefined
  fields?: Schemas['ContractColumn'][] | undefined
}

type SentCells = (string | number | null)[]

/**
 * Refused rows as a table of their file: its own columns and cells where the lake keeps the file, else the masked ones,
 * with their place, the reasons in the words of the file, and a reference by which the lake knows the rows again.
 */
export function sentTable(
  { reference, columns: own, rows }: RowsToSend,
  form: SentForm,
  words: SentReasons = {},
): SentCells[] {
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
    [...(own.length > 0 ? own : titles), ...ABOUT_ROWS],
    ...rows.map((row) => [
      ...cellsOf(row),
      placeWords(row) || placeOf(row),
      reasonsInFile(row, form, words),
      `${reference}-${row.source_row}`,
    ]),
  ]
}

/** The table of refused rows as lines of a text with the separator of the file. */
export const sentLines = (sent: RowsToSend, form: SentForm, words: SentReasons = {}): string[] =>
  sentTable(sent, form, words).map((cells) =>
    csvLine(
      cells.map((cell) => cell || null),
      form.delimiter,
    ),
  )

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

/** Why a row was refused, in the words of its page and with the headings of the file: its first reason in full, then the others. */
function reasonsInFile(
  row: Schemas['RejectedRow'],
  form: SentForm,
  { titleOf = columnTitle, fields = [] }: SentReasons,
): string {
  const reason = reasonWords(row, row.column ? titleOf(row.column) : '', isOptional(fields, row.column))
  const headingOf = (column: string) =>
    form.columns.find(([, field]) => field === column)?.[0] ?? titleOf(column)
  const others = rulesOf(row)
    .filter(({ rule, column }) => rule !== row.rule || column !== row.column)
    .map(({ rule, column }) =>
      ruleWords(rule, column && headingOf(column), fields.find(({ name }) => name === column)?.type),
    )
  const first = reasonInFile({ reason }, form, titleOf)
  return others.length > 0 ? `${first} Also: ${others.join('; ')}.` : first
}

/** All rules that a row broke, which its record lists as `rule:column`. */
const rulesOf = ({ all_rules: listed }: Pick<Schemas['RejectedRow'], 'all_rules'>) =>
  (JSON.parse(listed || '[]') as string[]).map((code) => {
    const [rule = '', ...column] = code.split(':')
    return { rule, column: column.join(':') }
  })
