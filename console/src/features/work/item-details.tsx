import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { exactAmount, unitWord } from '../../api/format'
import { useCaller } from '../../api/queries'
import { cellWords, unitOfHeading, type Units, useLabels, useUnits } from '../../formats/columns'
import { heading } from '../../formats/words'
import { DatasetRowLink } from '../catalog/dataset-row-link'
import { DecisionHistory } from './decision-history'
import { Evidence } from './evidence'
import { ASSIGN, type QueueItem, UNASSIGN } from './queue-state'

interface Props {
  item: QueueItem
  /** The table whose contract names the cells. */
  table: string
  unitsOfPanels?: Units
  evidence?: Schemas['QueueEvidence'][]
  mayDecide: boolean
  onDecide: (action: string, label: string, more?: { note?: string; assignee?: string }) => void
}

/** Everything about one item: its other cells, a note, who takes care of it, and what was decided before. */
export function ItemDetails({ item, table, unitsOfPanels, evidence = [], mayDecide, onDecide }: Props) {
  const [note, setNote] = useState('')
  const [assignee, setAssignee] = useState('')
  const caller = useCaller()
  const units = useUnits(table, unitsOfPanels)
  const labels = useLabels(table)
  return (
    <Stack gap="xs" p="xs">
      <dl className="facts">
        {item.details
          .filter(({ value }) => value !== null)
          .map(({ name, value }) => (
            <div key={name}>
              <dt className="muted">{labels[name] || heading(name, units[name])}</dt>
              <dd>
                <DatasetRowLink
                  table={table}
                  column={name}
                  value={value}
                  text={
                    exactAmount(value, units[name] ?? '') ||
                    cellWords(name, value, units[name], typeof value === 'number' ? 'double' : '')
                  }
                />{' '}
                {unitWord(value, unitOfHeading(units[name]))}
              </dd>
            </div>
          ))}
      </dl>
      {evidence.map((part) => (
        <Evidence key={part.title} evidence={part} itemId={item.id} />
      ))}
      {mayDecide ? (
        <Group gap="xs" align="end">
          <TextInput
            size="xs"
            label="Note"
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            disabled={!note.trim()}
            onClick={() => {
              onDecide('note', 'note added', { note })
              setNote('')
            }}
          >
            Add note
          </Button>
          <TextInput
            size="xs"
            label="Assign to"
            placeholder={caller.data?.name}
            maxLength={200}
            value={assignee}
            onChange={(event) => setAssignee(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              onDecide(ASSIGN, 'assigned', { assignee: assignee.trim() || (caller.data?.name ?? '') })
            }
          >
            {assignee.trim() ? 'Assign' : 'Assign to me'}
          </Button>
          {item.assignee ? (
            <Button size="xs" variant="default" onClick={() => onDecide(UNASSIGN, 'assigned to nobody')}>
              {item.assignee === caller.data?.name ? 'Take me off' : `Take ${item.assignee} off`}
            </Button>
          ) : null}
        </Group>
      ) : null}
      <DecisionHistory decisions={item.history} />
    </Stack>
  )
}
