import { Anchor, Group, Text } from '@mantine/core'

import { count } from '../../api/format'
import { useMay } from '../../api/queries'
import { Failed } from '../../components/states'
import { useRuns, useStartRun } from '../lake/queries'
import { StartRun } from '../lake/start-run'
import { type QueueItem, untaughtOf } from './queue-state'

/** A model is fitted when a period of its history begins, so one run after another may change no score. */
const LEARNS =
  'Scores stay as they are until a new model is fitted, which learns from the decisions before it.'

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
          ? `A run has read all decisions. ${LEARNS}`
          : `No run has read ${count(waiting, 'decision')} yet: the next one does, when new data have arrived${may ? ', or now' : ' or an operator starts one'}. ${LEARNS}`}
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
