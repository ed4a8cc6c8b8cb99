import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'

import { ask, read, type Schemas } from '../../api/client'
import { isOver, isRefused, path, POLL_MS } from '../../api/queries'

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

const FILES_OF_A_PAGE = 200

const MOST_POLLED_PAGES = 2
const MOST_POLLS_OF_NONE = 40

export const useFiles = (
  filter: { dataset?: string; state?: string; name?: string; refused?: boolean },
  enabled = true,
) =>
  useInfiniteQuery({
    enabled,
    queryKey: ['files', filter],
    queryFn: ({ pageParam }) =>
      read<Schemas['FilePage']>('/v1/files', {
        query: {
          ...filter,
          refused: filter.refused ? 'true' : '',
          limit: FILES_OF_A_PAGE,
          cursor: pageParam,
        },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
    // All pages would be read again: somebody who has scrolled far looks at files that are decided.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages ?? []
      // The first file of a dataset that was just created may be on its way.
      if (filter.dataset && pages[0]?.files.length === 0 && query.state.dataUpdateCount < MOST_POLLS_OF_NONE)
        return POLL_MS
      const isPolled = pages.length <= MOST_POLLED_PAGES
      return isPolled && pages[0]?.files.some((file) => !FINAL_STATES.has(file.state)) ? POLL_MS : false
    },
  })

/** One file's story; asked again every 3 s until its state is final. `fresh`: also whenever the page is opened. */
export const useFile = (
  fileId: string,
  options: { expected?: boolean; paused?: boolean; fresh?: boolean } = {},
) =>
  useQuery({
    queryKey: ['file', fileId],
    queryFn: () => ask<Schemas['FileDetail']>(`/v1/files/${path(fileId)}`),
    refetchOnMount: options.fresh ? 'always' : true,
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

const ROWS_OF_A_PAGE = 500
const MOST_CORRECTIONS = 20

export const useRejectedRows = (fileId: string, rule: string, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['rejected', fileId, rule],
    queryFn: ({ pageParam }) =>
      read<Schemas['RejectedRows']>(`/v1/files/${path(fileId)}/rejected-rows`, {
        query: { rule, limit: ROWS_OF_A_PAGE, cursor: pageParam },
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

/** How many corrected rows of a file are in the lake and in no table yet, and whether more may be than were read. */
export function useUnmergedCorrections(file: Pick<Schemas['FileDetail'], 'file_id' | 'quarantined'>): {
  rows: number
  hasMore: boolean
} {
  const rejected = useRejectedRows(file.file_id, '', file.quarantined > 0)
  const rows = rejected.data?.pages.flatMap((page) => page.rows) ?? []
  const accepted = rows.filter((row) => row.correction === 'accepted' && row.corrected_by)
  const every = [...new Set(accepted.map((row) => row.corrected_by))]
  const ids = every.slice(0, MOST_CORRECTIONS)
  const unmerged = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['file', id],
      queryFn: () => ask<Schemas['FileDetail']>(`/v1/files/${path(id)}`),
    })),
  }).flatMap(({ data }) =>
    data && data.body.state === 'done' && !data.body.in_snapshot ? [data.body.file_id] : [],
  )
  return {
    rows: accepted.filter((row) => unmerged.includes(row.corrected_by)).length,
    hasMore: rejected.hasNextPage || every.length > ids.length,
  }
}

type Group = Pick<Schemas['RejectionGroup'], 'rule' | 'column'>

/** The first rows in quarantine of each of some groups. */
export const useRowsOfGroups = (fileId: string, groups: Group[]): Schemas['RejectedRow'][] =>
  useQueries({
    queries: groups.map(({ rule, column }) => ({
      queryKey: ['rejected', fileId, rule, 'of', column],
      queryFn: () => rejectedPage(fileId, { rule, column }, ''),
    })),
  }).flatMap((of) => of.data?.rows ?? [])

const rejectedPage = (fileId: string, group: Group | undefined, cursor: string, asSent = false) =>
  read<Schemas['RejectedRows']>(`/v1/files/${path(fileId)}/rejected-rows`, {
    query: {
      limit: ROWS_OF_A_PAGE,
      cursor,
      ...(group ? { rule: group.rule, group: group.column } : {}),
      ...(asSent ? { as_sent: 'true' } : {}),
    },
  })

/** Every row in quarantine, or of one group, with its cells in the file that was sent and the columns of these. */
export async function everyRejectedRow(
  fileId: string,
  group?: Group,
): Promise<{ columns: string[]; reference: string; rows: Schemas['RejectedRow'][] }> {
  const pages = [await rejectedPage(fileId, group, '', true)]
  for (let page = pages[0]; page?.next_cursor; page = pages.at(-1))
    pages.push(await rejectedPage(fileId, group, page.next_cursor, true))
  const isOfGroup = (row: Group) => !group || (row.rule === group.rule && row.column === group.column)
  const { sent_columns: columns = [], reference = '' } = pages[0] ?? {}
  const rows = pages.flatMap((page) => page.rows.filter(isOfGroup))
  return { columns, reference, rows }
}

export const useProfile = (fileId: string, enabled: boolean) =>
  useQuery({
    queryKey: ['profile', fileId],
    queryFn: () => read<Schemas['FileProfile']>(`/v1/files/${path(fileId)}/profile`),
    enabled,
  })

export function useCorrections(fileId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['Corrections']) =>
      read<Schemas['CorrectionsSent']>(`/v1/files/${path(fileId)}/corrections`, { method: 'POST', body }),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['files'] }),
        queries.invalidateQueries({ queryKey: ['rejected', fileId] }),
        queries.invalidateQueries({ queryKey: ['quarantine'] }),
      ]),
  })
}

/** Ignore the refused rows of a reason, or take that back. */
export function useIgnoreRows(fileId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['RowsToIgnore']) =>
      read(`/v1/files/${path(fileId)}/ignored-rows`, { method: 'PUT', body }),
    onSuccess: () =>
      Promise.all(
        ['file', 'files', 'rejected', 'quarantine', 'health'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
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
        ['file', 'files', 'revert', 'rejected', 'quarantine'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  })
}
