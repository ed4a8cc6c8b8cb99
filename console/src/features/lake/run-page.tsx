import { Alert, Anchor, Group, Stack, Table, Text } from '@mantine/core'
import { Fragment } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { seconds, time, usd, whole } from '../../api/format'
import { useRun } from '../../api/queries'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, StateBadge } from '../../components/states'
import { Advice } from './advice'
import { reasonsOf, runProblems, type RunProblem, runState } from './run-problems'

const COLOURS: Record<string, string> = {
  done: 'var(--mantine-color-teal-7)',
  running: 'var(--mantine-color-blue-6)',
  failed: 'var(--mantine-color-red-7)',
  left: 'var(--mantine-color-gray-5)',
}

export function RunPage() {
  const { name = '' } = useParams()
  const run = useRun(name)
  return (
    <Stack gap="md">
      <Group gap="xs">
        <PageTitle>Run {name}</PageTitle>
        {run.data ? <StateBadge state={runState(run.data)} /> : null}
        {run.data ? <Text c="dimmed">{STARTED_BY[run.data.started_by]}</Text> : null}
      </Group>
      <Answered of={run} what="the run">
        {(found) => (
          <>
            {UNSUCCESSFUL.has(found.state) ? <WhyItFailed run={found} /> : null}
            {found.has_problems ? <Problems problems={runProblems(found)} /> : null}
            <Panel title="Stages">
              {found.left_to ? (
                <LeftTo name={found.left_to} />
              ) : (
                <Gantt stages={found.stages} ended={hasEnded(found)} />
              )}
            </Panel>
            {found.left_to || (found.jobs.length === 0 && hasEnded(found)) ? null : (
              <Panel title="Glue jobs">
                <Jobs jobs={found.jobs} />
              </Panel>
            )}
          </>
        )}
      </Answered>
    </Stack>
  )
}

const STARTED_BY: Record<Schemas['RunDetail']['started_by'], string> = {
  schedule: 'started by the schedule',
  new_data: 'started by new data',
  person: 'started by a person',
  unknown: '',
}

const hasEnded = (run: Schemas['RunDetail']): boolean => run.state !== 'running' && run.state !== 'pending'

/** A third run beside a working and a pending one. */
function LeftTo({ name }: { name: string }) {
  return (
    <Empty>
      This run did nothing: its work was left to{' '}
      <Anchor href={`#/runs/${encodeURIComponent(name)}`}>run {name}</Anchor>, which was pending and does the
      same work.
    </Empty>
  )
}

const UNSUCCESSFUL = new Set<string>(['failed', 'timed_out', 'aborted'])

function WhyItFailed({ run }: { run: Schemas['RunDetail'] }) {
  return (
    <Alert
      color="red"
      role="alert"
      title={`The run ended as ${run.state.replaceAll('_', ' ')}${run.error ? `: ${run.error}` : ''}`}
    >
      {run.cause && !run.has_problems ? <Text className="sql">{run.cause}</Text> : null}
      <Text size="sm" mt="xs">
        Tables that this run did not publish keep their rows. Fix the cause, then{' '}
        <Anchor href="#/lake">start a run on the page Lake</Anchor>.
      </Text>
    </Alert>
  )
}

/** What the run left out: a run that could not merge a dataset publishes the others. */
function Problems({ problems }: { problems: RunProblem[] }) {
  return (
    <Panel title="Problems">
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {problems.map(({ kind, name, why, remedy }) => (
          <Text component="li" size="sm" className="any-text" key={`${kind} ${name}`}>
            <Text span fw={600} size="sm">
              {kind === 'dataset' ? (
                <NotMerged dataset={name} />
              ) : kind === 'stage' ? (
                `${name} failed.`
              ) : (
                `${name} is implausible.`
              )}
            </Text>
            <br />
            {reasonsOf(why).map((reason) => (
              <span key={reason}>
                <Advice text={reason} />
                <br />
              </span>
            ))}
            <span className="muted">
              What to do: <Advice text={remedy} />
            </span>
          </Text>
        ))}
      </Stack>
    </Panel>
  )
}

function NotMerged({ dataset }: { dataset: string }) {
  return (
    <>
      <Anchor href={`#/datasets/${encodeURIComponent(dataset)}`}>{dataset}</Anchor> was not merged and keeps
      its previous table.
    </>
  )
}

function Jobs({ jobs }: { jobs: Schemas['RunJob'][] }) {
  if (jobs.length === 0)
    return <Empty>No job of this run has ended yet. A job is shown here when it ends.</Empty>
  return (
    <div className="scroll" tabIndex={0}>
      <Table fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>job</Table.Th>
            <Table.Th>began (UTC)</Table.Th>
            <Table.Th className="number">duration</Table.Th>
            <Table.Th className="number">DPU-seconds</Table.Th>
            <Table.Th className="number">memory</Table.Th>
            <Table.Th className="number">cost</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={`${job.job} ${job.started_at}`}>
              <Table.Td>{job.job}</Table.Td>
              <Table.Td style={{ whiteSpace: 'nowrap' }}>{time(job.started_at)}</Table.Td>
              <Table.Td className="number">{seconds(job.seconds)}</Table.Td>
              <Table.Td className="number">{whole(Math.round(job.dpu_seconds))}</Table.Td>
              <Table.Td className="number">{whole(job.memory_gb)} GB</Table.Td>
              <Table.Td className="number">{usd(job.usd)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** A stage's state in words, because colour alone does not show it. */
function said(stage: Schemas['RunStage'], ended: boolean): string {
  if (stage.state === 'pending' && ended) return 'not begun'
  if (stage.state === 'left') return 'not asked for'
  if (stage.seconds === null || stage.seconds === undefined) return stage.state
  return stage.state === 'done' ? seconds(stage.seconds) : `${stage.state}, ${seconds(stage.seconds)}`
}

/** Bars by time: when each stage began and how long it took. */
function Gantt({ stages, ended }: { stages: Schemas['RunStage'][]; ended: boolean }) {
  const begun = stages.filter((stage) => stage.began_at)
  if (begun.length === 0) return <Empty>No stage has begun.</Empty>
  const at = (stage: Schemas['RunStage']) => Date.parse(`${stage.began_at}Z`) / 1000
  const from = Math.min(...begun.map(at))
  const span = Math.max(1, ...begun.map((stage) => at(stage) + (stage.seconds ?? 0) - from))
  return (
    <div className="gantt">
      {stages.map((stage) => (
        <Fragment key={stage.name}>
          <Text size="sm">{stage.name}</Text>
          <div title={stage.began_at ? `began ${time(stage.began_at)} UTC` : stage.state}>
            <div
              className="gantt-bar"
              style={{
                marginLeft: stage.began_at ? `${((at(stage) - from) / span) * 100}%` : 0,
                width: `${((stage.seconds ?? 0) / span) * 100}%`,
                background: COLOURS[stage.state] ?? 'transparent',
              }}
            />
          </div>
          <Text size="sm" className="number">
            {said(stage, ended)}
          </Text>
        </Fragment>
      ))}
    </div>
  )
}
