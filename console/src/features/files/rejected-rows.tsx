import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { csvLine, download } from '../../api/format'

type Corrections = Map<number, Record<string, string | null>>

interface Props {
  rows: Schemas['RejectedRow'][]
  reasons: Schemas['ReasonCount'][]
  corrections: Corrections
  onChange: (corrections: Corrections) => void
}

/** Rejected rows by reason; the value that broke the rule can be corrected, in one row or in all of them. */
export function RejectedRowsEditor({ rows, reasons, corrections, onChange }: Props) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Rows in quarantine, by reason
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => save(rows)}>
          Download these rows
        </Button>
      </Group>
      {reasons.map(({ rule, rows: count }) => (
        <ReasonGroup
          key={rule}
          rule={rule}
          count={count}
          rows={rows.filter((row) => row.rule === rule)}
          corrections={corrections}
          onChange={onChange}
        />
      ))}
    </Stack>
  )
}

function save(rows: Schemas['RejectedRow'][]): void {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.record)))]
  const lines = rows.map((row) =>
    csvLine([row.source_row, row.all_rules, ...names.map((name) => row.record[name] ?? null)]),
  )
  download('rejected-rows.csv', [csvLine(['source_row', 'reasons', ...names]), ...lines])
}

interface GroupProps {
  rule: string
  count: number
  rows: Schemas['RejectedRow'][]
  corrections: Corrections
  onChange: (corrections: Corrections) => void
}

function ReasonGroup({ rule, count, rows, corrections, onChange }: GroupProps) {
  const [all, setAll] = useState('')
  const correctable = rows.filter((row) => row.disposition !== 'duplicate' && row.column)
  function set(changed: Schemas['RejectedRow'][], value: string): void {
    const next = new Map(corrections)
    for (const row of changed) {
      // Only what was changed is sent: the other values of the row are masked here, and complete in the original.
      const before = next.get(row.source_row) ?? {}
      next.set(row.source_row, { ...before, [row.column]: value })
    }
    onChange(next)
  }
  return (
    <details open={rows.length > 0 && rows.length <= 20}>
      <summary>
        {rule}: {count} rows{rows.length < count ? `, the first ${rows.length} shown` : ''}
      </summary>
      {correctable.length > 1 ? (
        <Group gap="xs" my={4}>
          <TextInput
            size="xs"
            aria-label={`Value for all ${correctable.length} shown rows`}
            placeholder="value for all shown rows"
            value={all}
            onChange={(event) => setAll(event.currentTarget.value)}
          />
          <Button size="compact-xs" variant="default" disabled={!all} onClick={() => set(correctable, all)}>
            Set all {correctable.length}
          </Button>
        </Group>
      ) : null}
      <div className="scroll" tabIndex={0}>
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="number">row</Table.Th>
              <Table.Th>column</Table.Th>
              <Table.Th>value</Table.Th>
              <Table.Th>reason</Table.Th>
              <Table.Th>corrected value</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={`${row.source_row}-${row.column}`}>
                <Table.Td className="number">{row.source_row}</Table.Td>
                <Table.Td>{row.column}</Table.Td>
                <Table.Td>{row.value ?? '–'}</Table.Td>
                <Table.Td>{row.reason}</Table.Td>
                <Table.Td>
                  {correctable.includes(row) ? (
                    <TextInput
                      size="xs"
                      aria-label={`Corrected ${row.column} of row ${row.source_row}`}
                      value={corrections.get(row.source_row)?.[row.column] ?? ''}
                      onChange={(event) => set([row], event.currentTarget.value)}
                    />
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}
