import { Anchor, Button, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { heading } from '../../formats/words'
import { otherCells } from './rejection-groups'

interface Props {
  row: Schemas['RejectedRow']
  value: string
  onCorrect: ((value: string) => void) | undefined
  /** What a duplicate needs to be sent again; absent for other rows. */
  again?: AgainProps | undefined
}

interface AgainProps {
  keyColumns: string[]
  values: Record<string, string | null>
  onChange: (values: Record<string, string | null>) => void
}

/** One row with the cell that broke the rule; its number shows the other cells. */
export function RejectedRow({ row, value, onCorrect, again }: Props) {
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
          {again ? <EnterAgain row={row} {...again} /> : null}
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

/** A duplicate enters the lake with a key of its own, or instead of the row that was kept. */
function EnterAgain({ row, keyColumns, values, onChange }: AgainProps & { row: Schemas['RejectedRow'] }) {
  const place = row.sheet_row ?? row.source_row
  const ownKey = Object.fromEntries(keyColumns.map((name) => [name, row.record[name] ?? null]))
  const isChosen = Object.keys(values).length > 0
  return (
    <Stack gap={4} align="start">
      {keyColumns.map((name) => (
        <TextInput
          key={name}
          size="xs"
          aria-label={`Corrected ${name} of row ${place}`}
          placeholder={`another ${heading(name).toLowerCase()}`}
          value={values[name] ?? ''}
          miw={{ base: '5rem', sm: '8rem' }}
          onChange={(event) => onChange({ ...ownKey, ...values, [name]: event.currentTarget.value })}
        />
      ))}
      {row.may_replace && !isChosen && keyColumns.length > 0 ? (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Take row ${place} instead`}
          onClick={() => onChange(ownKey)}
        >
          Take this row instead
        </Button>
      ) : null}
    </Stack>
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
