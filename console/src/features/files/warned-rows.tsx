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

/** What the gate says of accepted rows, also of those that a commit would accept, a sentence each. */
export const brokenLines = (warned: Warned, titleOf = columnTitle, isAhead = false): string[] =>
  warned
    .filter(({ rule }) => rule !== ABSENT)
    .map(({ rule, column, rows }) => {
      const [one, many] = isAhead ? ['comes in', 'come in'] : ['is in', 'are in']
      return `${count(rows, 'row')} ${rows === 1 ? one : many} with a warning: ${ruleWords(rule, titleOf(column))}.`
    })

/** What the gate says of accepted rows and of columns that are empty, a sentence each. */
export function warnedLines(warned: Warned, titleOf = columnTitle): string[] {
  const absent = warned.filter(({ rule }) => rule === ABSENT).map(({ column }) => column)
  // A sheet that was not read may have come in since: its state is not the one when the file was checked.
  const columns = absent.filter((name) => !SHEET.test(name)).map(titleOf)
  return [
    ...brokenLines(warned, titleOf),
    columns.length > 0 ? `Empty in every row, as the file has no such column: ${columns.join(', ')}.` : '',
  ].filter(Boolean)
}

/** Rules that only warn, and columns that the file lacks; before a commit only the rules. */
export function WarnedRows({
  warned,
  dataset,
  isAhead = false,
}: {
  warned: Warned
  dataset: string
  isAhead?: boolean
}) {
  const titleOf = useTitles(dataset)
  const lines = isAhead ? brokenLines(warned, titleOf, true) : warnedLines(warned, titleOf)
  return lines.map((line) => (
    <Text key={line} size="sm" role={isAhead ? 'note' : undefined}>
      {line}
    </Text>
  ))
}
