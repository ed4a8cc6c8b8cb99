// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { useDecisionsAbout } from './decisions-about'

const decided = (decision_id: string, item_id: string) => ({
  decision_id,
  item_id,
  queue: 'calls',
  action: 'called',
  decided_at: '2026-11-28T10:00:00',
})

afterEach(() => vi.unstubAllGlobals())

/** What a page reads about the item `a` of a queue of which the API lists so many decisions about others. */
async function about(others: number, hasFailed = false) {
  const asked: string[] = []
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const names = ['decision_id', 'item_id', 'queue', 'action', 'decided_at']
  const older = ['old', 'a', 'calls', 'called', '2025-01-02 03:04:05.000']
  const listed = Array.from({ length: others }, (_, at) => decided(`d${at}`, 'b'))
  const answer = (url: string): unknown => {
    if (url.startsWith('/v1/decisions')) return { decisions: [decided('new', 'a'), ...listed] }
    if (url === '/v1/catalog') return { tables: [{ name: 'decisions', database: 'curated', columns: [] }] }
    if (url.includes('/rows'))
      return { columns: names.map((name) => ({ name, type: 'varchar' })), rows: [older], next_cursor: '' }
    return { query_id: 'q', state: hasFailed ? 'failed' : 'succeeded', error: 'no', first_rows: 0 }
  }
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit) => {
    if (typeof body === 'string') asked.push((JSON.parse(body) as { sql: string }).sql)
    return Promise.resolve(new Response(JSON.stringify(answer(url))))
  })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const { result } = renderHook(() => useDecisionsAbout('calls', 'a'), {
    wrapper: ({ children }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>,
  })
  await vi.waitFor(() => expect(result.current.decisions).toBeDefined(), 3000)
  return {
    asked,
    isPartial: result.current.isPartial,
    ids: result.current.decisions?.map((one) => one.decision_id),
  }
}

test('a page reads the decisions about its item, also those before the newest of the queue', async () => {
  const { asked, ids, isPartial } = await about(999)
  expect(ids).toEqual(['new', 'old'])
  expect(asked).toEqual([
    "SELECT * FROM curated.decisions WHERE queue = 'calls' AND item_id = 'a' ORDER BY decided_at DESC",
  ])
  expect(isPartial).toBe(false)
})

test('no statement is asked where the API lists all decisions of the queue', async () => {
  const { asked, ids } = await about(3)
  expect([asked, ids]).toEqual([[], ['new']])
})

test('older decisions that cannot be read may be missing', async () => {
  const { ids, isPartial } = await about(999, true)
  expect([ids, isPartial]).toEqual([['new'], true])
})
