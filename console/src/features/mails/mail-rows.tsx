import { NativeSelect, Text } from '@mantine/core'

import { type Cell, count, whole } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { withDays } from '../query/days'
import { type AnswerSize, useAnswerSize } from '../query/answer-size'
import { isTime } from '../query/chart-choice'
import type { Result } from '../query/results'
import { timeColumns, withParts } from '../query/time-parts'

/** How many rows of an answer a mail may have, the first of them unless a person chooses. */
const CHOICES = [20, 50, 100, 200]
export const USUAL_ROWS = 20

interface Props {
  rows: number
  /** The answer as it is now; undefined while nobody has asked for it. */
  answer: Result | undefined
  onChange: (rows: number) => void
}

/** Chooses how many rows of a question's answer are in its mail. */
export function MailRows({ rows, answer, onChange }: Props) {
  const choices = [...new Set([...CHOICES, rows])].sort((a, b) => a - b)
  return (
    <>
      <NativeSelect
        size="xs"
        label="Rows in the mail"
        data={choices.map((many) => ({ value: String(many), label: `At most ${whole(many)}` }))}
        value={String(rows)}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      {answer ? <RowsOfAnswer answer={answer} rows={rows} /> : null}
    </>
  )
}

function RowsOfAnswer({ answer, rows }: { answer: Result; rows: number }) {
  const size = useAnswerSize(answer)
  return <Text size="xs">{mailedWords(answer, size, rows)}</Text>
}

/** How many rows an answer has, how many of them go into its mail, and with which row these end. */
export function mailedWords(
  { columns, rows: read }: Pick<Result, 'columns' | 'rows'>,
  size: AnswerSize,
  rows: number,
): string {
  const all = typeof size === 'number' ? count(size, 'row') : `more than ${count(read.length, 'row')}`
  if (typeof size === 'number' && size <= rows) return `The answer has ${all} now, and the mail has all.`
  const link = 'A link in the mail downloads all of them as CSV.'
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
