import { Anchor, Button, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { heading } from '../../formats/words'
import { otherCells } from './rejection-groups'

interface Props {
  row: Schemas['RejectedRow']
  value: string
  onCorrect: ((value: string) => void) | undefined
}

/** One row with the cell that broke the rule; its number shows the other cells. */
export function RejectedRow({ row, value, onCorrect }: Props) {
  const [opened, setOpened] = useState(false)
  const place = row.sheet_row ?? row.source_row
  return (
    <>
      <Table.Tr>
        <Table.Td className="number">
          <Button
            size="compact-xs"
            variant="default"
            aria-expanded={opened}
            aria-label={`All cells of row ${place}`}
            onClick={() => setOpened(!opened)}
          >
            {place}
          </Button>
        </Table.Td>
        <Table.Td title={row.column} visibleFrom="sm">
          {row.column ? heading(row.column) : 'whole row'}
        </Table.Td>
        <Table.Td className="any-text">
          {row.value ?? '–'}
          <Text size="xs" className="muted" hiddenFrom="sm">
            {row.reason}
          </Text>
        </Table.Td>
        <Table.Td visibleFrom="sm">{row.reason}</Table.Td>
        <Table.Td>
          {row.correction ? <Sent row={row} /> : null}
          {onCorrect ? (
            <TextInput
              size="xs"
              aria-label={`Corrected ${row.column} of row ${place}`}
              value={value}
              miw={{ base: '5rem', sm: '8rem' }}
              onChange={(event) => onCorrect(event.currentTarget.value)}
            />
          ) : null}
        </Table.Td>
      </Table.Tr>
      {opened ? (
        <Table.Tr>
          <Table.Td colSpan={5} className="any-text">
            {otherCells(row).map(([name, cell]) => (
              <Text key={name} span size="sm" mr="md">
                <Text span inherit className="muted">
                  {name}
                </Text>{' '}
                {cell}{' '}
              </Text>
            ))}
          </Table.Td>
        </Table.Tr>
      ) : null}
    </>
  )
}

const OUTCOMES = {
  sent: 'sent, not checked yet',
  accepted: 'corrected and accepted',
  refused: 'correction refused',
}

function Sent({ row }: { row: Schemas['RejectedRow'] }) {
  if (!row.correction) return null
  return (
    <>
      <Anchor size="sm" href={`#/files/${encodeURIComponent(row.corrected_by)}`}>
        {OUTCOMES[row.correction]}
      </Anchor>
      {row.correction_reason ? <Text size="xs">{row.correction_reason}</Text> : null}
    </>
  )
}
