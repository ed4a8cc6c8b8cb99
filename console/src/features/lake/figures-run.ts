import { notifyManager, type Query, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useSyncExternalStore } from 'react'

import type { Schemas } from '../../api/client'
import { isUnderWay } from './lake-words'
import { runOptions, useRuns } from './queries'

type Run = Schemas['RunDetail']

/** So many runs are read for those that built the tables of figures. */
const MAX_RUNS_READ = 5

export const endOf = ({ started_at, seconds }: Pick<Run, 'started_at' | 'seconds'>): number =>
  Date.parse(`${started_at}Z`) + (seconds ?? 0) * 1000

/** The runs by their end, the newest first. None while a run works: nobody knows which tables it has published so far. */
export const endedRuns = (runs: Schemas['RunSummary'][]): Schemas['RunSummary'][] =>
  runs.some(isUnderWay) ? [] : runs.toSorted((one, other) => endOf(other) - endOf(one))

const hasBuilt = (run: Run, system: string): boolean =>
  run.stages.some(({ name, state }) => name === system && (state === 'done' || state === 'unchanged'))

/** The newest run that built all of the systems or kept them as current, and the one directly before it. None where the newest run built only some of them, as no single run has all of their figures. */
export async function runsOfFigures(
  names: string[],
  systems: string[],
  read: (name: string) => Promise<Run>,
): Promise<Run[]> {
  const runs: Run[] = []
  for (const name of names) {
    const run = await read(name)
    const built = systems.filter((system) => hasBuilt(run, system))
    if (built.length === 0) continue
    if (built.length < systems.length) break
    runs.push(run)
    if (runs.length === 2) break
  }
  return runs
}

/** The run that the figures of these systems are of, and the one before; empty where that is not certain. */
export function useRunsOfFigures(systems: string[]): Run[] {
  const ended = endedRuns(useRuns().data?.runs ?? []).slice(0, MAX_RUNS_READ)
  const asked = [...new Set(systems)].toSorted()
  const runs = useQuery({
    // A run that is started again from where it failed keeps its name.
    queryKey: ['runs of figures', asked, ended.map(({ name, seconds }) => [name, seconds])],
    queryFn: ({ client }) =>
      runsOfFigures(
        ended.map(({ name }) => name),
        asked,
        (name) => client.fetchQuery(runOptions(name)),
      ),
    // A table without a system is not built by one.
    enabled: ended.length > 0 && asked.length > 0 && asked.every(Boolean),
    staleTime: Infinity,
  })
  return runs.data ?? []
}

/** What a run changes: answers of statements, the tables and the health of the lake. */
const OF_A_RUN = ['result', 'table', 'catalog', 'health']

/** Read again what the page has read before a run ended. Returns whether all answers on the page are read since then. */
export function useReadSince(end: number): boolean {
  const queries = useQueryClient()
  const cache = queries.getQueryCache()
  useEffect(() => {
    for (const key of OF_A_RUN)
      void queries.invalidateQueries({ queryKey: [key], predicate: (query) => isBefore(query, end) })
  }, [queries, end])
  const subscribe = useCallback(
    (changed: () => void) => cache.subscribe(notifyManager.batchCalls(changed)),
    [cache],
  )
  const areAllSince = () =>
    !cache.findAll({ queryKey: ['result'], type: 'active' }).some((query) => isBefore(query, end))
  return useSyncExternalStore(subscribe, areAllSince, areAllSince)
}

const isBefore = ({ state }: Pick<Query, 'state'>, end: number): boolean =>
  state.data !== undefined && state.dataUpdatedAt < end
