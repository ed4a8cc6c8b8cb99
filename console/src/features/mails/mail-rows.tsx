import { Group, NativeSelect, Text } from '@mantine/core'

import { type Cell, count, whole } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { withDays } from '../query/days'
import { type AnswerSize, useAnswerSize } from '../query/answer-size'
import { isTime } from '../query/chart-choice'
import type { Result } from '../query/results'
import type { Mail } from './mails'
import { timeColumns, withParts } from '../query/time-parts'

type MailFile = Mail['file'] & string

/** How many rows of an answer a mail may have, the first of them unless a person chooses. */
const CHOICES = [20, 50, 100, 200]
export const USUAL_ROWS = 20

/** The rows of a dashboard for which nobody chose a number. */
const AS_USUAL = { value: '0', label: 'The usual number of each panel' }

const FILES: { value: MailFile; label: string }[] = [
  { value: 'csv', label: 'CSV' },
  { value: 'xlsx', label: 'Excel' },
]

interface Props {
  rows: number
  file: MailFile
  /** Whether the mail has the answers of a dashboard. */
  isOfBoard: boolean
  /** The answer as it is now; undefined while nobody has asked for it. */
  answer: Result | undefined
  onRows: (rows: number) => void
  onFile: (file: MailFile) => void
}

/** Chooses how many rows of each answer are in its mail, and as what file the others are downloaded. */
export function MailRows({ rows, file, isOfBoard, answer, onRows, onFile }: Props) {
  const choices = [...new Set([...CHOICES, ...(rows > 0 ? [rows] : [])])]
    .sort((a, b) => a - b)
    .map((many) => ({ value: String(many), label: `At most ${whole(many)}` }))
  return (
    <>
      <Group gap="xs" grow>
        <NativeSelect
          size="xs"
          label="Rows in the mail"
          data={isOfBoard ? [AS_USUAL, ...choices] : choices}
          value={String(rows)}
          onChange={(event) => onRows(Number(event.currentTarget.value))}
        />
        <NativeSelect
          size="xs"
          label="File of all rows"
          data={FILES}
          value={file}
          onChange={(event) => onFile(event.currentTarget.value as MailFile)}
        />
      </Group>
      {answer ? <RowsOfAnswer answer={answer} rows={rows} file={file} /> : null}
    </>
  )
}

function RowsOfAnswer({ answer, rows, file }: { answer: Result; rows: number; file: MailFile }) {
  const size = useAnswerSize(answer)
  return <Text size="xs">{mailedWords(answer, size, rows, file)}</Text>
}

/** How many rows an answer has, how many of them go into its mail, and with which row these end. */
export function mailedWords(
  { columns, rows: read }: Pick<Result, 'columns' | 'rows'>,
  size: AnswerSize,
  rows: number,
  file: MailFile = 'csv',
): string {
  const all = typeof size === 'number' ? count(size, 'row') : `more than ${count(read.length, 'row')}`
  if (typeof size === 'number' && size <= rows) return `The answer has ${all} now, and the mail has all.`
  const link = `A link in the mail downloads all of them as ${file === 'csv' ? 'CSV' : 'Excel'}.`
  if (isOverTime(columns, withDays(read)))
    return `The answer has ${all} now. The mail has the newest whole periods, at most ${whole(rows)} rows or those of one period. ${link}`
  const last = endOf(columns, read[rows - 1] ?? [])
  return `The answer has ${all} now. The mail has the first ${whole(rows)}${last ? `, which end with ${last}` : ''}. ${link}`
}

const isOverTime = (columns: AnswerColumn[], rows: Cell[][]): boolean =>
  columns.some(({ name }) => isTime(columns, rows, name)) || timeColumns(withParts(columns)) !== undefined

/** The first texts of a row, by which people find it. */
function endOf(columns: AnswerColumn[], row: Cell[]): string {
  const texts = row.filter((cell) => typeof cell === 'string' && cell !== '' && Number.isNaN(Number(cell)))
  return texts
    .slice(0, Math.min(2, columns.length))
    .map((text) => `“${text}”`)
    .join(', ')
}
