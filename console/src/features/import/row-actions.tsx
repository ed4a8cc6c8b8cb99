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

/** Why the chosen row is refused, in full, and what can be done with the row as a whole. */
export function RowActions({ row, column, mayEdit, hasFlaws, onLeaveOut, onMove }: Props) {
  if (!hasFlaws) return null
  if (!row?.kind)
    return (
      <div className="row-actions">
        <Text size="sm" className="muted">
          Choose a row to read why it is refused, a duplicate, doubtful or left out.
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
        {row.kind === 'left_out' ? ' is left out.' : flaw ? `: ${flawReason(flaw)}` : ''}
        {isShort ? ' Type into its cells, or move them first.' : ''}
      </Text>
      {mayEdit && isShort && column ? (
        <Button size="compact-sm" variant="default" onClick={() => onMove(row, column.at)}>
          Move the cells from {column.name} to the right
        </Button>
      ) : null}
      {row.kind === 'refused' || row.kind === 'doubtful' ? (
        <Button size="compact-sm" variant="default" onClick={() => onLeaveOut(row.row, true)}>
          Leave this row out
        </Button>
      ) : null}
      {row.kind === 'left_out' ? (
        <Button size="compact-sm" variant="default" onClick={() => onLeaveOut(row.row, false)}>
          Take it back in
        </Button>
      ) : null}
    </Group>
  )
}
