import { Alert, Group, Stack, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, explained, seconds, whole } from '../../api/format'
import { AcceptanceAlert } from '../files/acceptance'
import { MappingTable } from '../files/mapping-table'
import { ReadAs } from '../files/read-as'
import { RejectedRowsEditor } from '../files/rejected-rows'
import { Advice } from '../lake/advice'
import { ColumnCards } from '../profile/profile-view'
import type { Decisions } from './decisions'

interface Props {
  result: Schemas['DryRun']
  decisions: Decisions
  onDecide: (decisions: Decisions) => void
}

/** What the gate would do with the file: counts, how it was read, mapping, rejected rows. */
export function DryRunView({ result, decisions, onDecide }: Props) {
  const mapping = result.mapping
  return (
    <Stack gap="sm">
      {result.outcome === 'needs_mapping' ? null : result.error ? (
        <Alert
          color="red"
          title={`The file ${result.state === 'failed' ? 'was not checked' : 'would be rejected'}: ${result.error.rule}`}
        >
          <Advice text={explained(result.error)} />
        </Alert>
      ) : (
        <>
          <AcceptanceAlert of={result} wasCommitted={false} />
          <Counts {...result} />
        </>
      )}
      <ReadAs writtenAs={result.written_as} />
      {mapping ? (
        <details open={!result.mapped || result.acceptance !== 'ok'}>
          <summary>Which column is which field</summary>
          <MappingTable
            mapping={mapping}
            chosen={decisions.mapping}
            onChange={(chosen) => onDecide({ ...decisions, mapping: chosen })}
          />
        </details>
      ) : null}
      {result.rejected_rows.length > 0 ? (
        <RejectedRowsEditor
          rows={result.rejected_rows}
          reasons={result.reasons}
          corrections={decisions.corrections}
          onChange={(corrections) => onDecide({ ...decisions, corrections })}
        />
      ) : null}
      {result.columns.length > 0 ? (
        <details open={result.outcome === 'profiled'}>
          <summary>Profile of {count(result.columns.length, 'column')}</summary>
          <ColumnCards columns={result.columns} />
        </details>
      ) : null}
      {result.seconds !== null && result.seconds !== undefined ? (
        <Text size="xs" className="muted">
          The gate checked the whole file in {seconds(result.seconds)} against{' '}
          {result.contract || 'no contract'}
          {result.mapped ? ', with this mapping' : ''}.
        </Text>
      ) : null}
    </Stack>
  )
}

type Counted = Pick<Schemas['DryRun'], 'received' | 'accepted' | 'quarantined' | 'duplicates' | 'warnings'>

/** Rows by what became of them; accepted ones that break a rule which only warns are counted again. */
export function Counts({ received, accepted, quarantined, duplicates, warnings }: Counted) {
  return (
    <Group gap="lg" data-testid="counts">
      {(
        [
          ['received', received],
          ['processed', accepted + quarantined + duplicates],
          ['accepted', accepted],
          ['quarantined', quarantined],
          ['duplicates', duplicates],
          ...(warnings > 0 ? [['warnings', warnings] as const] : []),
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
