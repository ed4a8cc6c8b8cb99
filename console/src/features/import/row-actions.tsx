import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { flawReason } from './outcome-words'

interface Props {
  row: Schemas['GridRow'] | undefined
  /** The chosen column, from which cells are moved. */
  column: { name: string; at: number } | undefined
  mayEdit: boolean
  /** Whether any row has something to say; the line keeps its room, so that the grid stays where it is. */
  hasFlaws: boolean
  onLeaveOut: (row: number, isLeftOut: boolean) => void
  onMove: (row: Schemas['GridRow'], from: number) => void
}

/** Why the chosen row is refused, in full, and what can be done with the row as a whole: one that fits may be no row, too. */
export function RowActions({ row, column, mayEdit, hasFlaws, onLeaveOut, onMove }: Props) {
  if (!hasFlaws && !mayEdit) return null
  const hint = hasFlaws ? 'Choose a row to read why it is refused, a duplicate, doubtful or left out.' : ''
  if (!row || (!row.kind && !mayEdit))
    return (
      <div className="row-actions">
        <Text size="sm" className="muted">
          {hint}
        </Text>
      </div>
    )
  const flaw = row.flaws.find((one) => one.column === column?.name) ?? row.flaws[0]
  const isRagged = row.flaws.some((one) => one.rule === 'ragged_row')
  const isShort = isRagged && row.cells.at(-1) === null
  return (
    <Group className="row-actions" gap="xs" role="toolbar" aria-label={`Row ${whole(row.row)}`}>
      <Text
        size="sm"
        title={flaw ? flawReason(flaw) : undefined}
        className={row.kind === 'refused' ? 'misfit' : 'muted'}
      >
        Row {whole(row.row)}
        {row.kind === 'left_out'
          ? ' is left out.'
          : flaw
            ? `: ${flawReason(flaw)}`
            : row.kind
              ? ''
              : ` fits. ${hint}`}
        {isShort ? ' Type into its cells, or move them first.' : ''}
      </Text>
      {mayEdit && isShort && column ? (
        <Button size="compact-sm" variant="default" onClick={() => onMove(row, column.at)}>
          Move the cells from {column.name} to the right
        </Button>
      ) : null}
      {mayEdit || ['refused', 'doubtful', 'left_out'].includes(row.kind) ? (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onLeaveOut(row.row, row.kind !== 'left_out')}
        >
          {row.kind === 'left_out' ? 'Take it back in' : 'Leave this row out'}
        </Button>
      ) : null}
    </Group>
  )
}
