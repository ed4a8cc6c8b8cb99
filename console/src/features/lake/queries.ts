import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { isRefused, path, POLL_MS } from '../../api/queries'

export const useHealth = () =>
  useQuery({
    queryKey: ['health'],
    queryFn: () => read<Schemas['Health']>('/v1/health'),
    refetchInterval: 30_000,
  })

/** So many runs the API lists at most. */
export const MOST_RUNS = 100

const NEWEST_RUNS = 20

export const useRuns = (limit = NEWEST_RUNS) =>
  useQuery({
    queryKey: limit === NEWEST_RUNS ? ['runs'] : ['runs', limit],
    queryFn: () => read<Schemas['Runs']>('/v1/runs', { query: { limit } }),
    refetchInterval: (query) =>
      query.state.data?.runs.some((run) => run.state === 'running' || run.state === 'pending')
        ? POLL_MS
        : 30_000,
  })

export const useRun = (name: string) =>
  useQuery({
    queryKey: ['run', name],
    queryFn: () => read<Schemas['RunDetail']>(`/v1/runs/${path(name)}`),
    refetchInterval: (query) =>
      isRefused(query.state.error) ||
      (query.state.data && !['running', 'pending'].includes(query.state.data.state))
        ? false
        : POLL_MS,
  })

export const useRunLogs = (name: string, limit: number) =>
  useQuery({
    queryKey: ['run-logs', name, limit],
    queryFn: () => read<Schemas['RunLogs']>(`/v1/runs/${path(name)}/logs`, { query: { limit } }),
    placeholderData: keepPreviousData,
  })

export function useStartRun() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ key, only = '', isFull = false }: { key: string; only?: string; isFull?: boolean }) =>
      read<Schemas['RunStarted']>('/v1/runs', {
        method: 'POST',
        body: { ...(only ? { only } : {}), ...(isFull ? { full: true } : {}) },
        headers: { 'idempotency-key': key },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  })
}

export const COST_DAYS = 7

/** What files and runs of the last days cost. */
export const useCosts = () =>
  useQuery({
    queryKey: ['costs'],
    queryFn: () => read<Schemas['Costs']>('/v1/costs', { query: { days: COST_DAYS } }),
    staleTime: 5 * 60_000,
  })

export const useQuarantine = () =>
  useQuery({ queryKey: ['quarantine'], queryFn: () => read<Schemas['QuarantineCounts']>('/v1/quarantine') })
