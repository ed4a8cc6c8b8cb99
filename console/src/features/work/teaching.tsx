import { Anchor, Group, Text } from '@mantine/core'

import { count } from '../../api/format'
import { useMay } from '../../api/queries'
import { Failed } from '../../components/states'
import { useRuns, useStartRun } from '../lake/queries'
import { StartRun } from '../lake/start-run'
import { type QueueItem, untaughtOf } from './queue-state'

/** When the models learn from what was decided, and the run that makes them learn now. */
export function Teaching({ items }: { items: QueueItem[] }) {
  const runs = useRuns().data?.runs
  const may = useMay('operator')
  const start = useStartRun()
  if (!runs) return null
  const newest = runs.find(({ state }) => state === 'succeeded' || state === 'running')
  const waiting = untaughtOf(items, newest?.started_at ?? '')
  return (
    <Group gap="xs" data-testid="teaching">
      <Text size="sm" className="muted">
        {waiting === 0
          ? 'The model learns from your decisions with the next run.'
          : `The model has not learnt from ${count(waiting, 'decision')} yet: it does with the next run, which begins when new data have arrived${may ? ', or now' : ' or an operator starts one'}.`}
      </Text>
      {waiting > 0 && may && !start.data ? (
        <StartRun start={start} size="compact-xs" label="Run now" />
      ) : null}
      {start.data ? (
        <Anchor size="sm" href={`#/runs/${encodeURIComponent(start.data.name)}`}>
          Follow the run
        </Anchor>
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </Group>
  )
}
