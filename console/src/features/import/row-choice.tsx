import { Button, Group, NativeSelect, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { type Edits, typedCells } from './edits'
import { isOfDuplicates, ruleWords } from '../../formats/rules'
import { heading } from '../../formats/words'
import { LEFT_OUT } from './shown-rows'

interface Props {
  result: Schemas['DryRun']
  edits: Edits
  show: string
  onShow: (show: string) => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** The columns whose values break a rule, among the first refused rows; empty for a rule of whole rows. */
function columnOf({ rejected_rows: rows }: Props['result'], rule: string): string {
  const columns = new Set(rows.filter((row) => row.rule === rule && row.column).map((row) => row.column))
  return [...columns].map((name) => heading(name)).join(', ')
}

/** Which rows are shown, and the way back from a change. */
export function RowChoice({ result, edits, show, onShow, undo, redo }: Props) {
  const { grid, quarantined, duplicates, reasons } = result
  const rules = reasons.filter((one) => !isOfDuplicates(one.rule))
  const leftOut = result.edits?.left_out.length ?? 0
  const choices = [
    { value: 'all', label: `all ${whole(grid?.rows ?? 0)}` },
    ...(quarantined > 0 ? [{ value: 'errors', label: `${whole(quarantined)} with errors` }] : []),
    ...(duplicates > 0 ? [{ value: 'duplicates', label: count(duplicates, 'duplicate') }] : []),
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
          onClick={() => onShow(choice.value)}
        >
          {choice.label}
        </Button>
      ))}
      {rules.length > 0 ? (
        <NativeSelect
          size="xs"
          aria-label="Rows by reason"
          value={rules.some((one) => one.rule === show) ? show : ''}
          data={[
            { value: '', label: 'by reason …' },
            ...rules.map((one) => ({
              value: one.rule,
              label: `${whole(one.rows)}: ${ruleWords(one.rule, columnOf(result, one.rule))}`,
            })),
          ]}
          onChange={(event) => onShow(event.currentTarget.value || 'all')}
        />
      ) : null}
      {undo ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={undo}>
          Undo change
        </Button>
      ) : null}
      {redo ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={redo}>
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
