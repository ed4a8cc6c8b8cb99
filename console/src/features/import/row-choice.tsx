import { Button, Group, NativeSelect, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { type Edits, typedCells } from './edits'
import { isOfDuplicates, ruleWords, SAME_KEY, sameKeyRows } from '../../formats/rules'
import { kindOf } from './formats'
import { causesOf, columnShown, FUTURE, LEFT_OUT, rowsToCome } from './shown-rows'

interface Props {
  result: Schemas['DryRun']
  edits: Edits
  show: string
  onShow: (show: string) => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
  /** Whether the counts are of a check of what is shown; else they are not shown. */
  isCurrent?: boolean
}

/** Shows the rows that are equal to another row, without those that only have its key. */
const EQUAL_ROWS = 'duplicate_row'

const OF_TYPE = { number: 'is not a number', day: 'is not a date', truth: 'is neither yes nor no', text: '' }

/** Why rows are refused, in words: `Preis is not a number`. */
export function causeWords(
  { column, rule }: Pick<Schemas['FlawCause'], 'column' | 'rule'>,
  { mapping }: Pick<Props['result'], 'mapping'>,
  { columns }: Pick<Edits, 'columns'>,
): string {
  const field = mapping?.fields.find(({ name }) => name === (columns[column] ?? column))
  const ofType = rule === 'type' && field ? OF_TYPE[kindOf(field.type)] : ''
  return ofType ? `${column} ${ofType}` : ruleWords(rule, column)
}

/** Which rows are shown, and the way back from a change. */
export function RowChoice({ result, edits, show, onShow, undo, redo, isCurrent = true }: Props) {
  const { grid, quarantined, duplicates } = result
  const causes = causesOf(grid).filter(({ rule }) => !isOfDuplicates(rule))
  const sameKey = sameKeyRows(result.reasons)
  const equalRows = duplicates - sameKey
  const leftOut = result.edits?.left_out.length ?? 0
  const toCome = rowsToCome(result)
  // A column above the grid shows its own rows.
  const ofColumn = columnShown(show, grid)
  const choices = [
    { value: 'all', label: `all ${whole(grid?.rows ?? 0)}` },
    ...(quarantined > 0 ? [{ value: 'errors', label: `${whole(quarantined)} with errors` }] : []),
    ...(sameKey > 0 ? [{ value: SAME_KEY, label: `${whole(sameKey)} with the key of another row` }] : []),
    ...(equalRows > 0
      ? [{ value: sameKey > 0 ? EQUAL_ROWS : 'duplicates', label: count(equalRows, 'duplicate') }]
      : []),
    ...(toCome > 0 ? [{ value: FUTURE, label: `${whole(toCome)} with a date in the future` }] : []),
    ...(ofColumn
      ? [{ value: show, label: `${whole(grid?.flawed_cells[ofColumn] ?? 0)} in ${ofColumn}` }]
      : []),
    ...(leftOut > 0 ? [{ value: LEFT_OUT, label: `${whole(leftOut)} left out` }] : []),
  ]
  const typed = typedCells(edits)
  return (
    <Group gap="xs" role="toolbar" aria-label="Rows that are shown">
      <Text size="sm">Show</Text>
      {choices.map((choice) => (
        <Button
          key={choice.value}
          size="compact-sm"
          variant="default"
          className="toggle"
          aria-pressed={show === choice.value}
          style={isCurrent || choice.value === 'all' ? undefined : { visibility: 'hidden' }}
          onClick={() => onShow(choice.value)}
        >
          {choice.label}
        </Button>
      ))}
      {causes.length > 0 ? (
        <NativeSelect
          size="xs"
          aria-label="Rows by reason"
          style={isCurrent ? undefined : { visibility: 'hidden' }}
          value={causes.some((one) => one.show === show) ? show : ''}
          data={[
            { value: '', label: 'by reason …' },
            ...causes.map((one) => ({
              value: one.show,
              label: `${whole(one.rows)}: ${causeWords(one, result, edits)}`,
            })),
          ]}
          onChange={(event) => onShow(event.currentTarget.value || 'all')}
        />
      ) : null}
      {undo ? (
        <Button size="compact-sm" variant="subtle" color="gray" title="Ctrl+Z" onClick={undo}>
          Undo change
        </Button>
      ) : null}
      {redo ? (
        <Button size="compact-sm" variant="subtle" color="gray" title="Ctrl+Shift+Z" onClick={redo}>
          Redo
        </Button>
      ) : null}
      {typed > 0 ? (
        <Text size="sm" className="muted">
          {count(typed, 'typed cell')}
        </Text>
      ) : null}
    </Group>
  )
}
