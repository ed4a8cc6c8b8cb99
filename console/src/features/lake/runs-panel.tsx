import { Anchor, SegmentedControl, Stack, Table, Text } from '@mantine/core'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, usd } from '../../api/format'
import { useMay } from '../../api/queries'
import { MOST_RUNS, useRuns, useStartRun } from './queries'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed, StateBadge } from '../../components/states'
import { durationWords, isUnderWay, runWords } from './lake-words'
import { startedBy } from './run-facts'
import { leftOut, runState } from './run-problems'
import { useStageNames } from './run-stages'
import { StartRun } from './start-run'

/** Of the lake's page, which has the files and the quarantine as well. */
const RUNS_BESIDE = 6

const SHOWN: [string, string, (run: Schemas['RunSummary']) => boolean][] = [
  ['', 'All', () => true],
  ['failed', 'Failed', (run) => ['failed', 'timed_out', 'aborted'].includes(run.state)],
  ['problems', 'With problems', (run) => run.has_problems],
  ['running', 'Running', isUnderWay],
]

/** The newest runs, and the button that starts one; on their own page they are filtered by state. */
export function RunsPanel({ isPage = false }: { isPage?: boolean }) {
  const runs = useRuns(isPage ? MOST_RUNS : undefined)
  const [search, setSearch] = useSearchParams()
  const shown = search.get('runs') ?? ''
  const isShown = SHOWN.find(([name]) => isPage && name === shown)?.[2] ?? (() => true)
  const listed = ({ runs }: Schemas['Runs']) => runs.filter(isShown)
  const may = useMay('operator')
  const now = runs.dataUpdatedAt
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
              No run yet. <Anchor href="#/upload">Upload a file</Anchor>, then start a run: it builds the
              tables from the accepted rows.
            </Empty>
          ) : (
            <Stack gap="xs">
              {isPage ? (
                <SegmentedControl
                  size="xs"
                  w="max-content"
                  maw="100%"
                  aria-label="Shown runs"
                  data={SHOWN.map(([value, label]) => ({ value, label }))}
                  value={shown}
                  onChange={(value) => setSearch(value ? { runs: value } : {}, { replace: true })}
                />
              ) : null}
              {listed(found).length > 0 ? null : (
                <Empty>
                  None of the newest runs is in this state.{' '}
                  <Anchor
                    component="button"
                    type="button"
                    inherit
                    onClick={() => setSearch({}, { replace: true })}
                  >
                    Show all of them
                  </Anchor>
                </Empty>
              )}
              <Table fz="sm" hidden={listed(found).length === 0}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>State</Table.Th>
                    <Table.Th>Started</Table.Th>
                    <Table.Th visibleFrom="xs">By</Table.Th>
                    <Table.Th className="number" visibleFrom="xs">
                      Duration
                    </Table.Th>
                    <Table.Th className="number">Cost</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {listed(found)
                    .slice(0, isPage ? MOST_RUNS : RUNS_BESIDE)
                    .map((run) => (
                      <Table.Tr key={run.name}>
                        <Table.Td>
                          <RunState run={run} />
                        </Table.Td>
                        <Table.Td miw="5.6rem">
                          <Anchor size="sm" href={`#/runs/${encodeURIComponent(run.name)}`}>
                            <Moment at={run.started_at} />
                          </Anchor>
                          <Text size="xs" className="muted" hiddenFrom="xs">
                            {durationWords(run, now)}
                          </Text>
                        </Table.Td>
                        <Table.Td visibleFrom="xs" style={{ overflowWrap: 'anywhere' }}>
                          {startedBy(run).replace(/^by /, '')}
                        </Table.Td>
                        <Table.Td className="number" visibleFrom="xs">
                          {durationWords(run, now)}
                        </Table.Td>
                        <Table.Td className="number">{run.usd ? usd(run.usd) : '–'}</Table.Td>
                      </Table.Tr>
                    ))}
                </Table.Tbody>
              </Table>
              {isPage ? (
                <Text size="sm" className="muted">
                  {shown ? `${listed(found).length} of ` : ''}
                  {count(found.runs.length, 'run')}
                  {found.runs.length < MOST_RUNS ? '' : ', the newest'}
                </Text>
              ) : (
                <Anchor size="sm" href="#/runs">
                  All runs
                </Anchor>
              )}
            </Stack>
          )
        }
      </Answered>
    </Panel>
  )
}

/** The column is narrow, so a long state takes two lines. */
function RunState({ run }: { run: Schemas['RunSummary'] }) {
  const nameOf = useStageNames()
  if (!run.has_problems) return <StateBadge state={run.state} />
  return (
    <>
      <StateBadge state={runState(run)} label={run.state.replaceAll('_', ' ')} />{' '}
      <Text size="xs" className="muted" style={{ overflowWrap: 'anywhere' }}>
        {run.state === 'succeeded' ? 'with problems; ' : ''}
        {leftOut(run, nameOf)}
      </Text>
    </>
  )
}
