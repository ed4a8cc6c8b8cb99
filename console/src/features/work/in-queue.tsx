import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { figure, whole } from '../../api/format'
import { useResults } from '../query/results'
import { useRuns } from '../lake/queries'
import { beganOfTables } from '../lake/run-facts'
import type { Narrowed } from '../dashboards/filters'
import { useDecisions } from './queries'
import { decidedItems, queueCounts, queueItems, reopenedOf, untaughtOf } from './queue-state'

interface Props {
  queues: Schemas['WorkQueue'][]
  /** The name of the queue. */
  name: string
  /** The filters of the page, under which the queue is counted. */
  narrowed?: Pick<Narrowed, 'address' | 'narrow'>
}

/** What was decided of a queue, since the run of its figures or before, and what is open; also the items opened again after the run that left them out. */
export function InQueue({ queues, name, narrowed }: Props) {
  const queue = queues.find((each) => each.name === name)
  if (!queue) return null
  const sql = narrowed?.address ? narrowed.narrow(queue.sql) : queue.sql
  // Filters that do not reach the queue would count all of its items.
  return narrowed?.address && sql === queue.sql ? null : <Counts queue={{ ...queue, sql }} />
}

function Counts({ queue }: { queue: Schemas['WorkQueue'] }) {
  const decisions = useDecisions(queue.name).data?.decisions ?? []
  // Statements cost: items are asked for only where some are decided.
  const isDecided = decidedItems(decisions, queue.actions).size > 0
  const [answer] = useResults([queue.sql], isDecided)
  const runs = useRuns().data?.runs
  if (!answer?.data || !runs) return null
  const { done, open, unlisted, atStake } = queueCounts(queue, answer.data, decisions)
  const began = beganOfTables(runs)
  const items = queueItems(answer.data, decisions, queue.actions)
  const since = began ? untaughtOf(items, began) : 0
  const reopened = began && unlisted === 0 ? reopenedOf(answer.data, decisions, began) : 0
  const money = atStake && unlisted === 0 ? `, ${figure(atStake, queue.unit)}` : ''
  const ofRun = since === done ? ' since the run' : since > 0 ? `, ${whole(since)} of them since the run` : ''
  const parts = [
    done > 0 ? `${whole(done)} decided${ofRun}; ${whole(open)} open${money}` : '',
    reopened > 0 ? `${whole(reopened)} opened again, which counts after the next run` : '',
  ].filter(Boolean)
  if (parts.length === 0) return null
  return (
    <Text size="xs" className="muted">
      Queue: {parts.join('; ')}.
    </Text>
  )
}
