import {
  Anchor,
  Button,
  Grid as Columns,
  Group,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { figure, seconds, time, whole } from '../../api/format'
import { useFiles, useHealth, useMay, useQuarantine, useRuns, useStartRun } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed, StateBadge } from '../../components/states'
import { FileBadge } from '../files/acceptance'
import { Advice } from './advice'
import { leftOut, runState } from './run-problems'
import { StartRun } from './start-run'

export function LakePage() {
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        Lake
      </Title>
      <HealthPanel />
      <Columns gap="md">
        <Columns.Col span={{ base: 12, xl: 9 }}>
          <FilesPanel />
        </Columns.Col>
        <Columns.Col span={{ base: 12, xl: 3 }}>
          <Stack gap="md">
            <RunsPanel />
            <QuarantinePanel />
          </Stack>
        </Columns.Col>
      </Columns>
    </Stack>
  )
}

function HealthPanel() {
  const health = useHealth()
  return (
    <Panel title="Health" actions={health.data ? <StateBadge state={health.data.state} /> : null}>
      <Answered of={health} what="the health">
        {(found) => (
          <Columns>
            {found.checks.map((check) => (
              <Columns.Col span={{ base: 12, xs: 6, md: 3 }} key={check.name}>
                <Group gap="xs" wrap="nowrap">
                  <Text fw={600} size="sm">
                    {check.name}
                  </Text>
                  <StateBadge state={check.state} />
                </Group>
                <Text size="sm" className="muted any-text" component="div">
                  <Advice text={check.message} />
                </Text>
              </Columns.Col>
            ))}
          </Columns>
        )}
      </Answered>
    </Panel>
  )
}

const STATES = [
  'done',
  'processing',
  'rejected',
  'needs_mapping',
  'failed',
  'skipped_duplicate',
  'reverted',
  'ignored',
  'waiting',
  'profiled',
]

function FilesPanel() {
  const [search, setSearch] = useSearchParams()
  const [state, setState] = useState<string | null>(search.get('state'))
  const [typed, setTyped] = useState(search.get('name') ?? '')
  const [name] = useDebouncedValue(typed, 300)
  const files = useFiles({ state: state ?? '', name })
  useEffect(() => {
    setSearch({ ...(name ? { name } : {}), ...(state ? { state } : {}) }, { replace: true })
  }, [name, state, setSearch])
  const found = files.data?.pages.flatMap((page) => page.files) ?? []
  const filtered = Boolean(state ?? name)
  return (
    <Panel
      title="Files"
      actions={
        <Group gap="xs">
          <TextInput
            size="xs"
            placeholder="name contains"
            aria-label="Name contains"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Select
            size="xs"
            w={160}
            placeholder="any state"
            aria-label="State"
            clearable
            data={STATES.map((one) => ({ value: one, label: one.replaceAll('_', ' ') }))}
            value={state}
            onChange={setState}
          />
        </Group>
      }
    >
      <Answered of={files} what="the files">
        {() =>
          found.length === 0 ? (
            <Empty>
              {filtered ? 'No file fits the filter.' : 'No file has arrived yet.'}{' '}
              <Anchor href="#/upload">Upload one</Anchor>
            </Empty>
          ) : (
            <>
              <FileTable files={found} />
              {files.hasNextPage ? (
                <Button
                  mt="xs"
                  size="compact-sm"
                  variant="default"
                  loading={files.isFetchingNextPage}
                  onClick={() => void files.fetchNextPage()}
                >
                  Show more files
                </Button>
              ) : null}
            </>
          )
        }
      </Answered>
    </Panel>
  )
}

export function FileTable({ files }: { files: Schemas['FileSummary'][] }) {
  return (
    <div className="scroll" tabIndex={0}>
      <Table fz="sm" highlightOnHover className="many-columns">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>state</Table.Th>
            <Table.Th>file</Table.Th>
            <Table.Th className="number">received</Table.Th>
            <Table.Th className="number">accepted</Table.Th>
            <Table.Th className="number">quarantined</Table.Th>
            <Table.Th className="number">duplicates</Table.Th>
            <Table.Th className="number">quality</Table.Th>
            <Table.Th>at (UTC)</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {files.map((file) => (
            <Table.Tr key={file.file_id}>
              <Table.Td>
                <FileBadge file={file} />
              </Table.Td>
              <Table.Td>
                <Anchor
                  size="sm"
                  className="file-name"
                  title={file.key}
                  href={`#/files/${encodeURIComponent(file.file_id)}`}
                >
                  {file.key}
                </Anchor>
              </Table.Td>
              <Table.Td className="number">{whole(file.received)}</Table.Td>
              <Table.Td className="number">{whole(file.accepted)}</Table.Td>
              <Table.Td className="number">{whole(file.quarantined)}</Table.Td>
              <Table.Td className="number">{whole(file.duplicates)}</Table.Td>
              <Table.Td className="number">{figure(file.quality_score, 'score')}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(file.received_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function RunsPanel() {
  const runs = useRuns()
  const may = useMay('operator')
  const start = useStartRun()
  return (
    <Panel title="Runs" actions={may ? <StartRun start={start} size="compact-sm" /> : null}>
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
                  <Table.Th>state</Table.Th>
                  <Table.Th>started (UTC)</Table.Th>
                  <Table.Th className="number">duration</Table.Th>
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
                        {time(run.started_at)}
                      </Anchor>
                    </Table.Td>
                    <Table.Td className="number">{seconds(run.seconds)}</Table.Td>
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

function QuarantinePanel() {
  const quarantine = useQuarantine()
  return (
    <Panel title="Quarantine">
      <Answered of={quarantine} what="the quarantine">
        {(found) =>
          found.lines.length === 0 ? (
            <Empty>No row and no file was refused. There is nothing to do here.</Empty>
          ) : (
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>dataset</Table.Th>
                  <Table.Th>reason</Table.Th>
                  <Table.Th className="number">rows</Table.Th>
                  <Table.Th className="number">files</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.lines.map((line) => (
                  <Table.Tr key={`${line.dataset}-${line.rule}`}>
                    <Table.Td>
                      <Anchor
                        size="sm"
                        href={`#/datasets/${encodeURIComponent(line.dataset)}`}
                        style={{ overflowWrap: 'anywhere' }}
                      >
                        {line.dataset}
                      </Anchor>
                    </Table.Td>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{line.rule}</Table.Td>
                    <Table.Td className="number">{whole(line.rows)}</Table.Td>
                    <Table.Td className="number">{whole(line.files)}</Table.Td>
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
