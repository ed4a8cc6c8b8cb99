import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { ruleWords } from '../../formats/rules'
import { heading } from '../../formats/words'

type Warned = Schemas['FileDetail']['warned']

const ABSENT = 'absent_or_left_out'
const SHEET = / \(rows: \d+\)$/

/** How many warnings a file has about rows that are in; a column that it lacks is none of them. */
export const warnedCount = (warned: Warned): number =>
  warned.filter(({ rule }) => rule !== ABSENT).reduce((sum, { rows }) => sum + rows, 0)

/** What the gate says of accepted rows and of columns that are empty, a sentence each. */
export function warnedLines(warned: Warned): string[] {
  const absent = warned.filter(({ rule }) => rule === ABSENT).map(({ column }) => column)
  // A sheet that was not read may have come in since: its state is not the one when the file was checked.
  const columns = absent.filter((name) => !SHEET.test(name)).map((name) => heading(name))
  const broken = warned.filter(({ rule }) => rule !== ABSENT)
  return [
    ...broken.map(
      ({ rule, column, rows }) =>
        `${count(rows, 'row')} ${rows === 1 ? 'is' : 'are'} in with a warning: ${ruleWords(rule, heading(column))}.`,
    ),
    columns.length > 0 ? `Empty in every row, as the file has no such column: ${columns.join(', ')}.` : '',
  ].filter(Boolean)
}

/** Rules that only warn, and columns that the file lacks. */
export function WarnedRows({ warned }: { warned: Warned }) {
  return warnedLines(warned).map((line) => (
    <Text key={line} size="sm">
      {line}
    </Text>
  ))
}
