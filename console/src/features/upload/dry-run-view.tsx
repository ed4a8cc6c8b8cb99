import { Alert, Group, Stack, Table, Text } from '@mantine/core'
import { useEffect } from 'react'

import type { Schemas } from '../../api/client'
import { number, seconds, whole } from '../../api/format'
import { MappingTable } from '../files/mapping-table'
import { RejectedRowsEditor } from '../files/rejected-rows'
import type { Decisions } from './decisions'

interface Props {
  result: Schemas['DryRun']
  decisions: Decisions
  onDecide: (decisions: Decisions) => void
}

/** What the gate would do with the file: counts, how it was read, mapping, rejected rows. */
export function DryRunView({ result, decisions, onDecide }: Props) {
  const mapping = result.mapping
  useEffect(() => {
    if (!mapping || Object.keys(decisions.mapping).length > 0) return
    const suggested = mapping.columns.filter((column) => column.field)
    onDecide({
      ...decisions,
      mapping: Object.fromEntries(suggested.map((column) => [column.column, column.field])),
    })
  }, [mapping, decisions, onDecide])
  return (
    <Stack gap="sm">
      {result.outcome === 'needs_mapping' ? null : result.error ? (
        <Alert color="red" title={`The file would be rejected: ${result.error.rule}`}>
          {result.error.message} {result.error.remedy}
        </Alert>
      ) : (
        <Counts {...result} />
      )}
      <ReadAs writtenAs={result.written_as} />
      {mapping && result.outcome === 'needs_mapping' ? (
        <MappingTable
          mapping={mapping}
          chosen={decisions.mapping}
          onChange={(chosen) => onDecide({ ...decisions, mapping: chosen })}
        />
      ) : null}
      {result.rejected_rows.length > 0 ? (
        <RejectedRowsEditor
          rows={result.rejected_rows}
          reasons={result.reasons}
          corrections={decisions.corrections}
          onChange={(corrections) => onDecide({ ...decisions, corrections })}
        />
      ) : null}
      {result.columns.length > 0 ? <ColumnProfiles columns={result.columns} /> : null}
      {result.seconds !== null && result.seconds !== undefined ? (
        <Text size="xs" className="muted">
          Checked in {seconds(result.seconds)} against {result.contract || 'no contract'}.
        </Text>
      ) : null}
    </Stack>
  )
}

type Counted = Pick<Schemas['DryRun'], 'received' | 'accepted' | 'quarantined' | 'duplicates'>

export function Counts({ received, accepted, quarantined, duplicates }: Counted) {
  return (
    <Group gap="lg" data-testid="counts">
      {(
        [
          ['received', received],
          ['accepted', accepted],
          ['quarantined', quarantined],
          ['duplicates', duplicates],
        ] as const
      ).map(([name, count]) => (
        <div key={name}>
          <Text fz={22} fw={600} lh={1.1} data-testid={`count-${name}`}>
            {whole(count)}
          </Text>
          <Text size="sm" className="muted">
            {name}
          </Text>
        </div>
      ))}
    </Group>
  )
}

export function ReadAs({ writtenAs }: { writtenAs: Record<string, string> }) {
  const facts = Object.entries(writtenAs).filter(([, value]) => value !== '')
  if (facts.length === 0) return null
  return (
    <Text size="sm" className="muted">
      Read as: {facts.map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`).join(' · ')}
    </Text>
  )
}

const FACTS = ['distinct', 'nulls', 'null_share', 'min', 'max', 'mean'] as const

export function ColumnProfiles({ columns }: { columns: Schemas['ColumnProfile'][] }) {
  return (
    <details>
      <summary>Profile of {columns.length} columns</summary>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" withRowBorders={false} striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>column</Table.Th>
              <Table.Th>type</Table.Th>
              {FACTS.map((fact) => (
                <Table.Th key={fact} className="number">
                  {fact.replaceAll('_', ' ')}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {columns.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td>{column.name}</Table.Td>
                <Table.Td>{column.type}</Table.Td>
                {FACTS.map((fact) => (
                  <Table.Td key={fact} className="number">
                    {number((column.facts as Record<string, string | number | null>)[fact])}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}
