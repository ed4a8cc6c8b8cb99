import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'

import { ApiProblem, ask, read, type Schemas } from './client'

const POLL_MS = 3000

/** Answers after which a page stops to ask by itself: ten minutes. */
const MOST_POLLS = 200

/** Whether a file has been asked about for so long that a person says when to ask again. */
export const isOver = (state: { dataUpdateCount: number }): boolean => state.dataUpdateCount > MOST_POLLS

/** A request that the API refused is refused again. */
const isRefused = (error: unknown): boolean => error instanceof ApiProblem && error.status < 500

/** States of a file that do not change by themselves. */
export const FINAL_STATES: ReadonlySet<string> = new Set([
  'done',
  'rejected',
  'needs_mapping',
  'skipped_duplicate',
  'ignored',
  'reverted',
  'profiled',
])

const path = encodeURIComponent

export const useCaller = () =>
  useQuery({ queryKey: ['me'], queryFn: () => read<Schemas['Caller']>('/v1/me'), staleTime: Infinity })

export function useMay(group: 'uploader' | 'operator' | 'personal-data'): boolean {
  const groups = useCaller().data?.groups ?? []
  return groups.some((one) => one === group || one === 'operator')
}

export const useHealth = () =>
  useQuery({
    queryKey: ['health'],
    queryFn: () => read<Schemas['Health']>('/v1/health'),
    refetchInterval: 30_000,
  })

const FILES_OF_A_PAGE = 200
const MOST_POLLED_PAGES = 2

export const useFiles = (filter: { dataset?: string; state?: string; name?: string }) =>
  useInfiniteQuery({
    queryKey: ['files', filter],
    queryFn: ({ pageParam }) =>
      read<Schemas['FilePage']>('/v1/files', {
        query: { ...filter, limit: FILES_OF_A_PAGE, cursor: pageParam },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    // All pages would be read again: somebody who has scrolled far looks at files that are decided.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages ?? []
      const isPolled = pages.length <= MOST_POLLED_PAGES
      return isPolled && pages[0]?.files.some((file) => !FINAL_STATES.has(file.state)) ? POLL_MS : false
    },
  })

/** One file's story; asked again every 3 s until its state is final. */
export const useFile = (fileId: string, options: { expected?: boolean; paused?: boolean } = {}) =>
  useQuery({
    queryKey: ['file', fileId],
    queryFn: () => ask<Schemas['FileDetail']>(`/v1/files/${path(fileId)}`),
    // A file that was just committed has no record until the gate begins with it.
    retry: (count) => Boolean(options.expected) && count < 40,
    retryDelay: POLL_MS,
    refetchInterval: (query) =>
      options.paused ||
      isRefused(query.state.error) ||
      isOver(query.state) ||
      (query.state.data && FINAL_STATES.has(query.state.data.body.state))
        ? false
        : POLL_MS,
  })

export const useRejectedRows = (fileId: string, rule: string, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['rejected', fileId, rule],
    queryFn: ({ pageParam }) =>
      read<Schemas['RejectedRows']>(`/v1/files/${path(fileId)}/rejected-rows`, {
        query: { rule, limit: 200, cursor: pageParam },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    enabled,
    // Corrections that were sent are checked within seconds.
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.rows.some((row) => row.correction === 'sent'))
        ? POLL_MS
        : false,
  })

/** The first rows in quarantine of each of some rules. */
export const useRowsOfRules = (fileId: string, rules: string[]): Schemas['RejectedRow'][] =>
  useQueries({
    queries: rules.map((rule) => ({
      queryKey: ['rejected', fileId, rule, 'first'],
      queryFn: () =>
        read<Schemas['RejectedRows']>(`/v1/files/${path(fileId)}/rejected-rows`, {
          query: { rule, limit: 200 },
        }),
    })),
  }).flatMap((of) => of.data?.rows ?? [])

export const useProfile = (fileId: string, enabled: boolean) =>
  useQuery({
    queryKey: ['profile', fileId],
    queryFn: () => read<Schemas['FileProfile']>(`/v1/files/${path(fileId)}/profile`),
    enabled,
  })

export function useCorrections(fileId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (rows: Schemas['CorrectedRow'][]) =>
      read<Schemas['CorrectionsSent']>(`/v1/files/${path(fileId)}/corrections`, {
        method: 'POST',
        body: { rows },
      }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['files'] }),
        queries.invalidateQueries({ queryKey: ['rejected', fileId] }),
      ]),
  })
}

/** What an undo of a file would take along, and whether the caller may do it or take it back. */
export const useRevertPreview = (fileId: string, state: string) =>
  useQuery({
    queryKey: ['revert', fileId, state],
    queryFn: () => read<Schemas['RevertPreview']>(`/v1/files/${path(fileId)}/revert`),
    enabled: state === 'done' || state === 'reverted',
    staleTime: 0,
  })

export const useRevert = (fileId: string) => useUndoing(fileId, 'POST')
export const useRestore = (fileId: string) => useUndoing(fileId, 'DELETE')

function useUndoing(fileId: string, method: 'POST' | 'DELETE') {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => read(`/v1/files/${path(fileId)}/revert`, { method }),
    // Its corrections are files of their own.
    onSuccess: () =>
      Promise.all(
        ['file', 'files', 'revert', 'rejected'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  })
}

export const useRuns = () =>
  useQuery({
    queryKey: ['runs'],
    queryFn: () => read<Schemas['Runs']>('/v1/runs', { query: { limit: 20 } }),
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

export function useStartRun() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ key, only = '' }: { key: string; only?: string }) =>
      read<Schemas['RunStarted']>('/v1/runs', {
        method: 'POST',
        body: only ? { only } : {},
        headers: { 'idempotency-key': key },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  })
}

export const useQuarantine = () =>
  useQuery({ queryKey: ['quarantine'], queryFn: () => read<Schemas['QuarantineCounts']>('/v1/quarantine') })

export const useContracts = () =>
  useQuery({
    queryKey: ['contracts'],
    queryFn: () => read<Schemas['Contracts']>('/v1/contracts'),
    staleTime: Infinity,
  })

export const useContract = (zone: string, name: string) =>
  useQuery({
    queryKey: ['contract', zone, name],
    queryFn: () => read<Schemas['ContractDetail']>(`/v1/contracts/${path(zone)}/${path(name)}`),
    staleTime: Infinity,
    enabled: Boolean(name),
  })

export const useQuality = (dataset: string) =>
  useQuery({
    queryKey: ['quality', dataset],
    queryFn: () => read<Schemas['QualityHistory']>(`/v1/datasets/${path(dataset)}/quality`),
  })

export const useSystems = () =>
  useQuery({
    queryKey: ['systems'],
    queryFn: () => read<Schemas['Systems']>('/v1/systems'),
    staleTime: Infinity,
  })

export const useTable = (system: string, table: string) =>
  useQuery({
    queryKey: ['table', system, table],
    queryFn: () => read<Schemas['TableDetail']>(`/v1/systems/${path(system)}/tables/${path(table)}`),
    enabled: Boolean(system && table),
  })

export const useLineage = (table: string) =>
  useQuery({
    queryKey: ['lineage', table],
    queryFn: () => read<Schemas['Lineage']>(`/v1/lineage/${path(table)}`),
  })

export const useColumnLineage = (table: string) =>
  useQuery({
    queryKey: ['column lineage', table],
    queryFn: () => read<Schemas['ColumnLineage']>(`/v1/lineage/${path(table)}/columns`),
  })

export const useCatalog = () =>
  useQuery({
    queryKey: ['catalog'],
    queryFn: () => read<Schemas['CatalogTables']>('/v1/catalog'),
    staleTime: Infinity,
  })

export const useQuestions = () =>
  useQuery({
    queryKey: ['questions'],
    queryFn: () => read<Schemas['Questions']>('/v1/questions'),
    staleTime: Infinity,
  })

export const useDashboards = () =>
  useQuery({
    queryKey: ['dashboards'],
    queryFn: () => read<Schemas['Dashboards']>('/v1/dashboards'),
  })

/** The rows of one answer that were read so far; `next` continues them, and is empty when all were read. */
export interface Result {
  query: Schemas['Query']
  columns: Schemas['ResultColumn'][]
  rows: Schemas['QueryRows']['rows']
  next: string
}

/** The most rows that the API answers at once. */
export const PAGE_ROWS = 999
const WAIT_MS = [150, 250, 400, 700, 1000]

/** Start a statement that reads, wait for its end, and read its rows. */
export async function runQuery(
  asked: { sql: string },
  signal: AbortSignal,
  most = 5000,
  onProgress: (query: Schemas['Query']) => void = () => undefined,
): Promise<Result> {
  return ended(
    await read<Schemas['Query']>('/v1/queries', { method: 'POST', body: asked, signal }),
    signal,
    most,
    onProgress,
  )
}

/** The rows of a query that was started before, as its address names it. */
export async function resumeQuery(queryId: string, signal: AbortSignal, most: number): Promise<Result> {
  return ended(await read<Schemas['Query']>(`/v1/queries/${path(queryId)}`, { signal }), signal, most)
}

async function ended(
  started: Schemas['Query'],
  signal: AbortSignal,
  most: number,
  onProgress: (query: Schemas['Query']) => void = () => undefined,
): Promise<Result> {
  let query = started
  for (let turn = 0; query.state === 'queued' || query.state === 'running'; turn += 1) {
    onProgress(query)
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS[Math.min(turn, WAIT_MS.length - 1)]))
    if (signal.aborted) {
      void read(`/v1/queries/${path(query.query_id)}`, { method: 'DELETE' }).catch(() => undefined)
      signal.throwIfAborted()
    }
    query = await read<Schemas['Query']>(`/v1/queries/${path(query.query_id)}`, { signal })
  }
  if (query.state !== 'succeeded') throw new Error(query.error || `The query was ${query.state}.`)
  return moreRows({ query, columns: [], rows: [], next: '' }, signal, most)
}

/** The result with further pages, until it has `most` rows or is complete. `onPage` gets it after each page. */
export async function moreRows(
  result: Result,
  signal: AbortSignal,
  most: number,
  onPage: (result: Result) => void = () => undefined,
): Promise<Result> {
  const rows = [...result.rows]
  let soFar: Result
  let next = result.next
  do {
    const page = await read<Schemas['QueryRows']>(`/v1/queries/${path(result.query.query_id)}/rows`, {
      query: { limit: PAGE_ROWS, cursor: next },
      signal,
    })
    rows.push(...page.rows)
    next = page.next_cursor
    soFar = { ...result, columns: page.columns, rows, next }
    onPage(soFar)
  } while (next && rows.length < most)
  return soFar
}

/** The answer of a statement; nothing is asked without one. */
export const useResult = (sql: string) =>
  useQuery({
    enabled: sql !== '',
    queryKey: ['result', sql],
    queryFn: ({ signal }) => runQuery({ sql }, signal),
    staleTime: 5 * 60_000,
  })
