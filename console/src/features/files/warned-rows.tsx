import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useTitles } from '../../formats/columns'
import { ruleWords } from '../../formats/rules'
import { columnTitle } from '../../formats/words'

type Warned = Schemas['FileDetail']['warned']

const ABSENT = 'absent_or_left_out'
const SHEET = / \(rows: \d+\)$/

/** How many warnings a file has about rows that are in; a column that it lacks is none of them. */
export const warnedCount = (warned: Warned): number =>
  warned.filter(({ rule }) => rule !== ABSENT).reduce((sum, { rows }) => sum + rows, 0)

/** What the gate says of accepted rows and of columns that are empty, a sentence each. */
export function warnedLines(warned: Warned, titleOf = columnTitle): string[] {
  const absent = warned.filter(({ rule }) => rule === ABSENT).map(({ column }) => column)
  // A sheet that was not read may have come in since: its state is not the one when the file was checked.
  const columns = absent.filter((name) => !SHEET.test(name)).map(titleOf)
  const broken = warned.filter(({ rule }) => rule !== ABSENT)
  return [
    ...broken.map(
      ({ rule, column, rows }) =>
        `${count(rows, 'row')} ${rows === 1 ? 'is' : 'are'} in with a warning: ${ruleWords(rule, titleOf(column))}.`,
    ),
    columns.length > 0 ? `Empty in every row, as the file has no such column: ${columns.join(', ')}.` : '',
  ].filter(Boolean)
}

/** Rules that only warn, and columns that the file lacks. */
export function WarnedRows({ warned, dataset }: { warned: Warned; dataset: string }) {
  const titleOf = useTitles(dataset)
  return warnedLines(warned, titleOf).map((line) => (
    <Text key={line} size="sm">
      {line}
    </Text>
  ))
}
