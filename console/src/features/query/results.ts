import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { path } from '../../api/queries'
import type { AnswerColumn } from '../../formats/columns'
import type { Values } from './parameters'

/** The rows of one answer that were read so far; `next` continues them, and is empty when all were read. */
export interface Result {
  /** Only the first rows were asked: the answer has more, and nothing continues these. */
  isFirst?: boolean
  query: Schemas['Query']
  columns: AnswerColumn[]
  rows: Schemas['QueryRows']['rows']
  next: string
}

/** The most rows that the API answers at once. */
export const PAGE_ROWS = 999

const WAIT_MS = [150, 250, 400, 700, 1000]

/** Start a statement that reads, wait for its end, and read its rows. */
export async function runQuery(
  asked: { sql: string; values?: Values },
  signal: AbortSignal,
  most = 5000,
  onProgress: (query: Schemas['Query']) => void = () => undefined,
): Promise<Result> {
  return ended(await begun(asked, signal), signal, most, onProgress)
}

/** A started query. Its request is never broken off: the query would run on, and nobody would know its id to stop it. */
async function begun(
  body: { sql: string; values?: Values; first_rows?: number },
  signal: AbortSignal,
): Promise<Schemas['Query']> {
  const query = await read<Schemas['Query']>('/v1/queries', { method: 'POST', body })
  if (signal.aborted) stopQuery(query)
  signal.throwIfAborted()
  return query
}

const stopQuery = ({ query_id }: Schemas['Query']): void =>
  void read(`/v1/queries/${path(query_id)}`, { method: 'DELETE' }).catch(() => undefined)

/** Ask for the first rows, then for the whole answer if it has more; `onFirst` gets the first rows before. */
export async function runFirstRows(
  asked: { sql: string; values?: Values },
  signal: AbortSignal,
  onFirst: (first: Result) => void,
  onProgress: (query: Schemas['Query']) => void = () => undefined,
): Promise<Result> {
  const body = { ...asked, first_rows: PAGE_ROWS }
  const query = await begun(body, signal)
  if (query.first_rows === 0) return ended(query, signal, PAGE_ROWS, onProgress)
  // Where the first rows fail, the statement itself has the reason to show.
  const first = await ended(query, signal, PAGE_ROWS, onProgress).catch(() => undefined)
  signal.throwIfAborted()
  if (!first) return runQuery(asked, signal, PAGE_ROWS, onProgress)
  if (first.rows.length <= PAGE_ROWS && first.next === '') return first
  onFirst({ ...first, rows: first.rows.slice(0, PAGE_ROWS), next: '', isFirst: true })
  return withCostOf(first, await runQuery(asked, signal, PAGE_ROWS, onProgress))
}

/** The whole answer, with what it and its first rows have read. */
function withCostOf(first: Result, whole: Result): Result {
  const [one, other] = [first.query, whole.query]
  const cost_usd = String(Number((Number(one.cost_usd) + Number(other.cost_usd)).toFixed(7)))
  return { ...whole, query: { ...other, scanned_bytes: one.scanned_bytes + other.scanned_bytes, cost_usd } }
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
  const { query_id: id } = started
  for (let turn = 0; query.state === 'queued' || query.state === 'running'; turn += 1) {
    onProgress(query)
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS[Math.min(turn, WAIT_MS.length - 1)]))
    try {
      signal.throwIfAborted()
      query = await read<Schemas['Query']>(`/v1/queries/${path(id)}`, { signal })
    } catch (failure) {
      // Nobody reads the answer of a query that was stopped, at whatever moment: it costs no more.
      if (signal.aborted) stopQuery(started)
      throw failure
    }
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
    for (const row of page.rows) rows.push(row)
    next = page.next_cursor
    soFar = { ...result, columns: page.columns, rows, next }
    onPage(soFar)
  } while (next && rows.length < most)
  return soFar
}

const asked = (sql: string, isAsked = true) =>
  queryOptions({
    enabled: isAsked && sql !== '',
    queryKey: ['result', sql],
    queryFn: ({ signal }) => runQuery({ sql }, signal),
    staleTime: 5 * 60_000,
  })

/** The answer of a statement; nothing is asked without one. */
export const useResult = (sql: string) => useQuery(asked(sql))

/** The answers of different statements; those that are not asked are answered where the page has them already. */
export const useResults = (statements: string[], isAsked = true) =>
  useQueries({ queries: statements.map((sql) => asked(sql, isAsked)) })

export const useQuestions = () =>
  useQuery({
    queryKey: ['questions'],
    queryFn: () => read<Schemas['Questions']>('/v1/questions'),
    staleTime: Infinity,
  })
