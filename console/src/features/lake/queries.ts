import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { isRefused, path, POLL_MS } from '../../api/queries'
import { isUnderWay } from './lake-words'

export const useHealth = () =>
  useQuery({
    queryKey: ['health'],
    queryFn: () => read<Schemas['Health']>('/v1/health'),
    refetchInterval: 30_000,
  })

/** So many runs the API lists at most. */
export const MOST_RUNS = 100

const NEWEST_RUNS = 20

const STARTED = ['started-run']
/** The API lists a run a few seconds after it was started. */
const LISTED_MS = 60_000

/** The newest runs. A run that was started here is the first of them before the API lists it. */
export const useRuns = (limit = NEWEST_RUNS) =>
  useQuery({
    queryKey: limit === NEWEST_RUNS ? ['runs'] : ['runs', limit],
    queryFn: async ({ client }) =>
      withStarted(
        await read<Schemas['Runs']>('/v1/runs', { query: { limit } }),
        client.getQueryData<Schemas['RunSummary']>(STARTED),
      ),
    refetchInterval: (query) => (query.state.data?.runs.some(isUnderWay) ? POLL_MS : 30_000),
  })

/** How a run is read. */
export const runOptions = (name: string) =>
  queryOptions({
    queryKey: ['run', name],
    queryFn: () => read<Schemas['RunDetail']>(`/v1/runs/${path(name)}`),
  })

export const useRun = (name: string) =>
  useQuery({
    ...runOptions(name),
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
    onSuccess: ({ name }) => {
      const run = startedNow(name)
      queries.setQueryData(STARTED, run)
      queries.setQueryData<Schemas['Runs']>(['runs'], (before) => before && withStarted(before, run))
      return queries.invalidateQueries({ queryKey: ['runs'] })
    },
  })
}

const startedNow = (name: string): Schemas['RunSummary'] => ({
  name,
  state: 'pending',
  started_by: 'person',
  actor: '',
  started_at: new Date().toISOString().slice(0, 19),
  seconds: null,
  usd: '',
  has_problems: false,
  failed_stages: {},
  datasets_not_merged: {},
  implausible_tables: {},
})

/** Runs with the one that was started here, until the API lists it. */
export function withStarted(
  listed: Schemas['Runs'],
  started: Schemas['RunSummary'] | undefined,
  now = Date.now(),
): Schemas['Runs'] {
  if (!started || listed.runs.some(({ name }) => name === started.name)) return listed
  const isNew = now - Date.parse(`${started.started_at}Z`) < LISTED_MS
  return isNew ? { ...listed, runs: [started, ...listed.runs] } : listed
}

export const COST_DAYS = 7

/** What files and runs of the last days cost. */
export const useCosts = () =>
  useQuery({
    queryKey: ['costs'],
    queryFn: () => read<Schemas['Costs']>('/v1/costs', { query: { days: COST_DAYS } }),
    staleTime: 5 * 60_000,
  })

/** What waits in quarantine, of one dataset or of all. */
export const useQuarantine = (dataset = '') =>
  useQuery({
    queryKey: dataset ? ['quarantine', dataset] : ['quarantine'],
    queryFn: () => read<Schemas['QuarantineCounts']>('/v1/quarantine', dataset ? { query: { dataset } } : {}),
  })
