import { Anchor, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, seconds, usd, whole } from '../../api/format'
import { useFiles } from '../files/queries'
import { useMay } from '../../api/queries'
import { useRun, useRuns, useStartRun } from '../lake/queries'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed, StateBadge } from '../../components/states'
import { costOf } from '../lake/run-facts'
import { leftOut, runState } from '../lake/run-problems'
import { StartRun } from '../lake/start-run'

const DAY_MS = 24 * 3600 * 1000

/** What ran, what it cost and what came in. */
export function LastNight() {
  const runs = useRuns()
  const may = useMay('operator')
  const start = useStartRun()
  return (
    <Panel title="Last run" actions={may ? <StartRun start={start} size="compact-sm" /> : null}>
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
      <Answered of={runs} what="the runs">
        {(found) => {
          const run = found.runs.find((one) => one.state !== 'running' && one.state !== 'pending')
          const isRunning = found.runs.some((one) => one.state === 'running')
          return (
            <>
              {isRunning ? <Text size="sm">A run is under way.</Text> : null}
              {run ? (
                <NewestRun run={run} />
              ) : (
                <Empty>No run has ended yet. Upload a file, then start a run: it builds the tables.</Empty>
              )}
            </>
          )
        }}
      </Answered>
      <CameIn />
    </Panel>
  )
}

function NewestRun({ run }: { run: Schemas['RunSummary'] }) {
  const detail = useRun(run.name)
  const what = leftOut(run)
  const cost = detail.data ? costOf(detail.data.jobs) : undefined
  return (
    <>
      <Group gap="xs" data-testid="last-run">
        <StateBadge state={runState(run)} />
        <Text size="sm">
          <Moment at={run.started_at} />, {seconds(run.seconds)}
          {cost === undefined ? '' : `, ${cost === '' ? 'no cost recorded' : usd(cost)}`}
        </Text>
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={`#/runs/${encodeURIComponent(run.name)}`}
        >
          Open the run
        </Button>
      </Group>
      {what ? <Text size="sm">{what}</Text> : null}
    </>
  )
}

/** Files of the last 24 hours, with their rows. */
function CameIn() {
  const files = useFiles({})
  const [since] = useState(() => new Date(Date.now() - DAY_MS).toISOString().slice(0, 19))
  return (
    <Answered of={files} what="the files">
      {(found) => {
        const all = found.pages.flatMap((page) => page.files)
        // A manifest or another file that is no data came in with the others.
        const newest = all.filter((file) => file.received_at >= since && file.state !== 'ignored')
        const sum = (of: (file: Schemas['FileSummary']) => number) =>
          newest.reduce((total, file) => total + of(file), 0)
        const isMore = files.hasNextPage && all.every((file) => file.received_at >= since)
        const more = isMore ? 'More than ' : ''
        return (
          <Text size="sm" mt={8} data-testid="came-in">
            {newest.length === 0
              ? 'No file came in the last 24 hours.'
              : `${more}${count(newest.length, 'file')} in 24 hours: ${count(
                  sum((file) => file.accepted),
                  'row',
                )} accepted, ${whole(sum((file) => file.quarantined))} wait for a person, ${count(
                  sum((file) => file.duplicates),
                  'duplicate',
                )}.`}{' '}
            <Anchor href="#/lake">All files</Anchor>
          </Text>
        )
      }}
    </Answered>
  )
}
