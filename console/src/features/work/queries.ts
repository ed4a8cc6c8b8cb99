import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { useResults } from '../query/results'
import { queueCounts } from './queue-state'

/** So many decisions of a queue the API lists at most. */
export const MOST_DECISIONS = 1000

const decisionsOf = (queue: string, isAsked = true) => ({
  queryKey: ['decisions', queue],
  queryFn: () => read<Schemas['Decisions']>('/v1/decisions', { query: { queue, limit: MOST_DECISIONS } }),
  enabled: isAsked && queue !== '',
  refetchInterval: 60_000,
})

/** The newest decisions of a queue, newest first. */
export const useDecisions = (queue: string) => useQuery(decisionsOf(queue))

/** The same of several queues. */
export const useDecisionsOf = (queues: string[]) =>
  useQueries({ queries: queues.map((queue) => decisionsOf(queue)) })

/** The open items of a queue, and the value of those that may not wait. */
export interface OpenItems {
  items: number
  atStake: number
}

const NOTHING_OPEN: OpenItems = { items: 0, atStake: 0 }

/**
 * The open items of each queue, by its name; a queue that is not read yet is missing, one that failed and was never read has none.
 *
 * Statements cost money: queues that are not asked for count where the page has their answers already.
 */
export function useOpenItems(
  queues: Schemas['WorkQueue'][],
  isAsked: boolean,
): ReadonlyMap<string, OpenItems> {
  const answers = useResults(
    queues.map(({ sql }) => sql),
    isAsked,
  )
  const decisions = useQueries({ queries: queues.map(({ name }) => decisionsOf(name, isAsked)) })
  return new Map(
    queues.flatMap((queue, place): [string, OpenItems][] => {
      const { name } = queue
      const [answer, decided] = [answers[place], decisions[place]]
      const isRead = answer?.data && decided?.data
      if (!isRead && (answer?.error || decided?.error)) return [[name, NOTHING_OPEN]]
      if (!answer?.data || !decided?.data) return []
      const { open, unlisted, firstValue: atStake } = queueCounts(queue, answer.data, decided.data.decisions)
      // Items that nobody can open here are no work yet.
      return [[name, open === unlisted ? NOTHING_OPEN : { items: open, atStake }]]
    }),
  )
}

/** Records a decision; the key of the request makes a repeated request record none. */
export function useDecide(queue: string) {
  const queries = useQueryClient()
  const key = ['decisions', queue]
  return useMutation({
    mutationFn: (asked: Schemas['DecisionAsked']) =>
      read<Schemas['Decision']>('/v1/decisions', {
        method: 'POST',
        body: asked,
        headers: { 'idempotency-key': crypto.randomUUID() },
      }),
    onSuccess: (decision) => {
      queries.setQueryData(key, (before: Schemas['Decisions'] | undefined) => ({
        decisions: [decision, ...(before?.decisions ?? [])],
      }))
    },
  })
}
