import { Alert, Anchor, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { seconds, usd } from '../../api/format'
import { useMay } from '../../api/queries'
import { useRun, useRuns, useStartRun } from './queries'
import { useNow } from '../../components/clock'
import { NothingPage } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Failed, isMissing, StateBadge } from '../../components/states'
import { expectationOf } from './expectations'
import { costOf, durationOf, hasEnded, runAt, runTitle, secondsSince, usualWords } from './run-facts'
import { Jobs } from './run-jobs'
import { RunLog } from './run-log'
import { Problems } from './run-problem-list'
import { failureWords, isOwnFaultAlone, runProblems, runState } from './run-problems'
import { Gantt, gapWords, stagesWords, useStageNames } from './run-stages'
import { StartRun } from './start-run'

const UNSUCCESSFUL = new Set<string>(['failed', 'timed_out', 'aborted'])

export function RunPage() {
  const { name = '' } = useParams()
  const run = useRun(name)
  const may = useMay('operator')
  const nameOf = useStageNames()
  const now = useNow()
  if (isMissing(run.error)) return <NothingPage what="run" name={name} />
  return (
    <Stack gap="md">
      <div>
        <Anchor size="sm" href="#/runs">
          All runs
        </Anchor>
        <Group gap="xs">
          <PageTitle>{run.data ? runTitle(run.data) : 'Run'}</PageTitle>
          {run.data ? <StateBadge state={runState(run.data)} /> : null}
        </Group>
      </div>
      <Answered of={run} what="the run">
        {(detail) => (
          <>
            <Facts run={detail} now={now} />
            {UNSUCCESSFUL.has(detail.state) ? <WhyItFailed run={detail} /> : null}
            {detail.has_problems ? <Problems problems={runProblems(detail)} /> : null}
            <Panel title={stagesTitle(detail, nameOf)} name="Stages">
              {detail.left_to ? (
                <LeftTo name={detail.left_to} />
              ) : (
                <>
                  <Gantt run={runAt(detail, now)} ended={hasEnded(detail)} />
                  {hasEnded(detail) && detail.stages.some(({ began_at: at }) => at) ? (
                    <Text size="xs" className="muted" mt="xs">
                      {gapWords(detail.stages)}
                    </Text>
                  ) : null}
                </>
              )}
            </Panel>
            {detail.left_to || (detail.jobs.length === 0 && hasEnded(detail)) ? null : (
              <details className="panel folded">
                <summary>Cost of each job: computers, billed time and memory</summary>
                <Jobs jobs={detail.jobs} />
              </details>
            )}
            {may && !detail.left_to ? (
              <RunLog name={name} hasFailed={UNSUCCESSFUL.has(detail.state)} />
            ) : null}
          </>
        )}
      </Answered>
    </Stack>
  )
}

/** How the stages ended. A run may fail after its last stage. */
function stagesTitle(run: Schemas['RunDetail'], nameOf: (stage: string) => string): string {
  const hasFailedStage = run.stages.some(({ state }) => state === 'failed')
  if (run.left_to || (UNSUCCESSFUL.has(run.state) && !hasFailedStage)) return 'Stages'
  return stagesWords(run, nameOf)
}

/** How long the run took and what it cost, in one line, and its id for logs and programs. */
function Facts({ run, now }: { run: Schemas['RunDetail']; now: number }) {
  // A run begins before its first stage does.
  const took = run.seconds ?? (hasEnded(run) ? durationOf(run.stages) : secondsSince(run.started_at, now))
  const usual = usualWords(useRuns().data?.runs ?? [], run.name)
  const cost = costOf(run.jobs)
  return (
    <Group gap="xs">
      <Text size="sm" data-testid="run-facts">
        {took === undefined ? '' : `${hasEnded(run) ? 'Took' : 'So far'} ${seconds(took)}${usual} · `}
        {cost ? `cost ${usd(cost)}` : hasEnded(run) ? 'no cost recorded' : 'its cost is known at its end'}
      </Text>
      <CopyId name={run.name} />
    </Group>
  )
}

/** The name of a run, which logs and programs know it by. */
function CopyId({ name }: { name: string }) {
  return (
    <CopyButton value={name}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="subtle" color="gray" title={name} onClick={copy}>
          {copied ? 'Copied' : 'Copy its id'}
        </Button>
      )}
    </CopyButton>
  )
}

/** A third run beside a working and a pending one. */
function LeftTo({ name }: { name: string }) {
  return (
    <Empty>
      This run did nothing: its work was left to{' '}
      <Anchor href={`#/runs/${encodeURIComponent(name)}`}>a run that was pending</Anchor>, which does the
      same.
    </Empty>
  )
}

function WhyItFailed({ run }: { run: Schemas['RunDetail'] }) {
  const may = useMay('operator')
  const start = useStartRun()
  const nameOf = useStageNames()
  const faults = Object.values(run.failed_stages)
  const isOwn = isOwnFaultAlone(run)
  return (
    <Alert
      color="red"
      role="alert"
      title={failureWords(run, nameOf, (reason) => (faults.length > 0 ? '' : expectationOf(reason).words))}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      <Text size="sm">
        Tables that this run did not publish keep their rows.{' '}
        {run.state === 'aborted'
          ? 'Run again to build them.'
          : isOwn
            ? 'Another run ends in the same way: below is who can correct it.'
            : faults.length > 0
              ? 'Below is why, and who does what about it; then run again.'
              : 'Fix the cause, then run again.'}
      </Text>
      {may && !isOwn ? (
        <Group gap="xs" mt="xs">
          <StartRun start={start} size="compact-sm" label="Retry the run" />
          {start.data ? (
            <Anchor size="sm" href={`#/runs/${encodeURIComponent(start.data.name)}`}>
              Follow the new run
            </Anchor>
          ) : null}
        </Group>
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </Alert>
  )
}
