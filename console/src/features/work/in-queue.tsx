import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { figure, whole } from '../../api/format'
import { useResults } from '../query/results'
import { useDecisions } from './queries'
import { queueCounts } from './queue-state'

interface Props {
  queues: Schemas['WorkQueue'][]
  /** The name of the queue. */
  name: string
}

/** Why a queue has less than the figure above it: the listed items that are decided, whenever that was. Its items are not asked for: the note is there where the page has them. */
export function InQueue({ queues, name }: Props) {
  const queue = queues.find((each) => each.name === name)
  const [answer] = useResults([queue?.sql ?? ''], false)
  const decisions = useDecisions(queue?.name ?? '')
  if (!queue || !answer?.data || !decisions.data) return null
  const { done, open, unlisted, atStake } = queueCounts(queue, answer.data, decisions.data.decisions)
  if (done === 0) return null
  const money = atStake && unlisted === 0 ? `, ${figure(atStake, queue.unit)}` : ''
  return (
    <Text size="xs" className="muted">
      Queue: {whole(done)} decided, {whole(open)} open{money}.
    </Text>
  )
}
