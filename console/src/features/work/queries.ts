import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'

const MOST = 1000

/** The newest decisions of a queue, newest first. */
export const useDecisions = (queue: string) =>
  useQuery({
    queryKey: ['decisions', queue],
    queryFn: () => read<Schemas['Decisions']>('/v1/decisions', { query: { queue, limit: MOST } }),
    enabled: queue !== '',
    refetchInterval: 60_000,
  })

/** Records a decision; the key of the request makes a second press record none. */
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
