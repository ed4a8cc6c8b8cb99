import { Anchor, Table, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { seconds, usd } from '../../api/format'
import { useMay } from '../../api/queries'
import { useRuns, useStartRun } from './queries'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed, StateBadge } from '../../components/states'
import { runWords } from './lake-words'
import { startedBy } from './run-facts'
import { leftOut, runState } from './run-problems'
import { StartRun } from './start-run'

/** The newest runs, and the button that starts one. */
export function RunsPanel() {
  const runs = useRuns()
  const may = useMay('operator')
  const start = useStartRun()
  return (
    <Panel
      title={runs.data ? runWords(runs.data.runs) : 'Runs'}
      name="Runs"
      actions={may ? <StartRun start={start} size="compact-sm" /> : null}
    >
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
      <Answered of={runs} what="the runs">
        {(found) =>
          found.runs.length === 0 ? (
            <Empty>
              No run yet. Upload a file, then start a run: it builds the tables from the accepted rows.
            </Empty>
          ) : (
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Started</Table.Th>
                  <Table.Th visibleFrom="xs">By</Table.Th>
                  <Table.Th className="number">Duration</Table.Th>
                  <Table.Th className="number">Cost</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.runs.map((run) => (
                  <Table.Tr key={run.name}>
                    <Table.Td>
                      <RunState run={run} />
                    </Table.Td>
                    <Table.Td miw="5.6rem">
                      <Anchor size="sm" href={`#/runs/${encodeURIComponent(run.name)}`}>
                        <Moment at={run.started_at} />
                      </Anchor>
                    </Table.Td>
                    <Table.Td visibleFrom="xs">{startedBy(run).replace(/^by /, '')}</Table.Td>
                    <Table.Td className="number">{seconds(run.seconds)}</Table.Td>
                    <Table.Td className="number">{run.usd ? usd(run.usd) : '–'}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
    </Panel>
  )
}

/** The column is narrow, so a long state takes two lines. */
function RunState({ run }: { run: Schemas['RunSummary'] }) {
  if (!run.has_problems) return <StateBadge state={run.state} />
  return (
    <>
      <StateBadge state={runState(run)} label={run.state.replaceAll('_', ' ')} />{' '}
      <Text size="xs" className="muted" style={{ overflowWrap: 'anywhere' }}>
        {run.state === 'succeeded' ? 'with problems; ' : ''}
        {leftOut(run)}
      </Text>
    </>
  )
}
