import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { figure, whole } from '../../api/format'
import { useResults } from '../query/results'
import { useRuns } from '../lake/queries'
import { useDecisions } from './queries'
import { queueCounts, reopenedOf } from './queue-state'

interface Props {
  queues: Schemas['WorkQueue'][]
  /** The name of the queue. */
  name: string
}

/** Why a queue differs from the figure above it: the listed items that are decided, whenever that was, and those opened again after the run that left them out. Its items are not asked for: the note is there where the page has them. */
export function InQueue({ queues, name }: Props) {
  const queue = queues.find((each) => each.name === name)
  return queue ? <Counts queue={queue} /> : null
}

function Counts({ queue }: { queue: Schemas['WorkQueue'] }) {
  const [answer] = useResults([queue.sql], false)
  const decisions = useDecisions(queue.name)
  const runs = useRuns().data?.runs
  if (!answer?.data || !decisions.data) return null
  const { done, open, unlisted, atStake } = queueCounts(queue, answer.data, decisions.data.decisions)
  const began = runs?.find(({ state }) => state === 'succeeded')?.started_at
  const reopened = began && unlisted === 0 ? reopenedOf(answer.data, decisions.data.decisions, began) : 0
  const money = atStake && unlisted === 0 ? `, ${figure(atStake, queue.unit)}` : ''
  const parts = [
    done > 0 ? `${whole(done)} decided, ${whole(open)} open${money}` : '',
    reopened > 0 ? `${whole(reopened)} opened again, which counts after the next run` : '',
  ].filter(Boolean)
  if (parts.length === 0) return null
  return (
    <Text size="xs" className="muted">
      Queue: {parts.join('; ')}.
    </Text>
  )
}
