import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, seconds, usd } from '../../api/format'
import { useFiles } from '../files/queries'
import { useMay } from '../../api/queries'
import { useCosts, useQuarantine, useRun, useRuns, useStartRun } from '../lake/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed, StateBadge } from '../../components/states'
import { capitalised } from '../../formats/words'
import { dayAndTime } from '../../formats/moments'
import { runsByStand, runWords } from '../lake/lake-words'
import { costOf, startedBy } from '../lake/run-facts'
import { leftOut, runState } from '../lake/run-problems'
import { stagesWords, useStageNames } from '../lake/run-stages'
import { StartRun } from '../lake/start-run'
import { cameInWords, waitWords } from './came-in-words'

const DAY_MS = 24 * 3600 * 1000

/** What runs and ran, what it cost and what came in. */
export function LastNight() {
  const runs = useRuns()
  const may = useMay('operator')
  const start = useStartRun()
  return (
    <Panel
      title={runs.data ? runWords(runs.data.runs) : 'Last run'}
      name="Last run"
      actions={may ? <StartRun start={start} size="compact-sm" /> : null}
    >
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
      <Answered of={runs} what="the runs">
        {(found) => {
          const { working: current, ended } = runsByStand(found.runs)
          const [newest] = ended
          return (
            <Stack gap={8}>
              {current ? <CurrentRun key={current.name} run={current} /> : null}
              {newest ? (
                <>
                  <NewestRun run={newest} isBefore={Boolean(current)} />
                  <RunsOfADay runs={ended} />
                </>
              ) : current ? null : (
                <Empty>
                  No run has ended yet. <Anchor href="#/upload">Upload a file</Anchor>, then start a run: it
                  builds the tables.
                </Empty>
              )}
            </Stack>
          )
        }}
      </Answered>
      <CameIn />
    </Panel>
  )
}

/** The run that is under way: who started it, how far it is, and the way to it. */
function CurrentRun({ run }: { run: Schemas['RunSummary'] }) {
  const detail = useRun(run.name).data
  const by = startedBy({ ...run, actor: detail?.actor })
  const stages = detail?.stages ?? []
  return (
    <Group gap="xs" data-testid="current-run">
      <StateBadge state={run.state === 'pending' && !detail ? 'running' : run.state} />
      <Text size="sm" role="status">
        {by ? `Started ${by}. ` : ''}
        {stages.length > 0
          ? `${stagesWords({ state: run.state, stages })}.`
          : 'Its stages are shown as soon as they begin.'}
      </Text>
      <OpenRun run={run} label="Follow the run" />
    </Group>
  )
}

function NewestRun({ run, isBefore }: { run: Schemas['RunSummary']; isBefore: boolean }) {
  const detail = useRun(run.name)
  const cost = detail.data ? costOf(detail.data.jobs) : undefined
  const costs = useCosts().data
  const sum = costs && Number(costs.total_usd) > 0 ? costs.total_usd : ''
  const by = startedBy({ ...run, actor: detail.data?.actor })
  const left = leftOut(run, useStageNames())
  return (
    <Group gap="xs" data-testid="last-run">
      {isBefore ? <Text size="sm">The run before it, {dayAndTime(run.started_at)}:</Text> : null}
      <StateBadge state={runState(run)} />
      <Text size="sm">
        {by ? `Started ${by}, ` : ''}
        {`${by ? 'it took' : 'It took'} ${seconds(run.seconds)}`}
        {cost === undefined
          ? ', its cost is being read'
          : `, ${cost === '' ? 'no cost recorded' : `cost ${usd(cost)}`}`}
        {costs && sum ? ` (all files and runs of ${costs.days} days: ${usd(largest(sum, cost))})` : ''}
        {`. ${left ? `${capitalised(left)}.` : run.state === 'succeeded' ? 'Nothing failed.' : ''}`}
      </Text>
      <OpenRun run={run} label={isBefore ? 'Open it' : 'Open the run'} />
    </Group>
  )
}

/** The sum, which is rounded to cents and so may be less than its part. */
const largest = (sum: string, part = ''): string => (Number(part) > Number(sum) ? part : sum)

function OpenRun({ run, label }: { run: Schemas['RunSummary']; label: string }) {
  return (
    <Button component="a" size="compact-sm" variant="default" href={`#/runs/${encodeURIComponent(run.name)}`}>
      {label}
    </Button>
  )
}

/** How many runs ended in the last 24 hours, and how many of them failed; nothing for one run, which is shown above. */
function RunsOfADay({ runs }: { runs: Schemas['RunSummary'][] }) {
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString().slice(0, 19))
  const newest = runs.filter(({ started_at }) => started_at >= since)
  if (newest.length < 2) return null
  const failed = newest.filter(({ state, has_problems }) => state !== 'succeeded' || has_problems).length
  return (
    <Text size="sm" data-testid="runs-of-a-day">
      {count(newest.length, 'run')} in 24 hours, {failed === 0 ? 'none' : failed} with a failure.{' '}
      <Anchor href="#/runs">All runs</Anchor>
    </Text>
  )
}

/** Files of the last 24 hours, with their rows, and how many rows of all files still wait. */
function CameIn() {
  const files = useFiles({})
  const lines = useQuarantine().data?.lines ?? []
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString().slice(0, 19))
  return (
    <Answered of={files} what="the files">
      {(found) => {
        const all = found.pages.flatMap((page) => page.files)
        // A manifest or another file that is no data came in with the others.
        const newest = all.filter((file) => file.received_at >= since && file.state !== 'ignored')
        const isMore = files.hasNextPage && all.every((file) => file.received_at >= since)
        return (
          <Text size="sm" mt={8} data-testid="came-in">
            {cameInWords(newest, isMore)} {waitWords(lines)} <Anchor href="#/lake">All files</Anchor>
          </Text>
        )
      }}
    </Answered>
  )
}
