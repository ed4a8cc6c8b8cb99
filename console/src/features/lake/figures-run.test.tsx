// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { useResult } from '../query/results'
import { endedRuns, runsOfFigures } from './figures-run'
import { NewestRunLine } from './newest-run'
import { testRun } from './test-runs'

type Run = Schemas['RunDetail']
type State = Schemas['RunStage']['state']

function detail(name: string, states: Record<string, State>, more: Partial<Run> = {}): Run {
  const stages = Object.entries({ merge: 'done' as const, ...states }).map(([stage, state]) => ({
    name: stage,
    state,
    began_at: '',
    rows_read: stage === 'merge' ? 0 : null,
    datasets: [],
  }))
  const rest = { stages, jobs: [], output: {}, remedies: {}, error: '', cause: '', left_to: '' }
  return { ...testRun(name), ...rest, ...more }
}

async function names(runs: Run[], systems: string[]): Promise<string[]> {
  const read = (name: string) => Promise.resolve(runs.find((run) => run.name === name) as Run)
  const ofFigures = await runsOfFigures(
    runs.map(({ name }) => name),
    systems,
    read,
  )
  return ofFigures.map(({ name }) => name)
}

test('a run that left its work to the pending run has no figures', async () => {
  const left = detail('third', { sales: 'left', stock: 'left' })
  const second = detail('second', { sales: 'done', stock: 'unchanged' })
  expect(await names([left, second], ['sales', 'stock'])).toEqual(['second'])
})

test('a failed run has the figures of the systems that it published', async () => {
  const failed = detail('failed', { sales: 'done', stock: 'failed' }, { state: 'failed' })
  const before = detail('before', { sales: 'done', stock: 'done' })
  expect(await names([failed, before], ['sales'])).toEqual(['failed', 'before'])
  expect(await names([failed, before], ['stock'])).toEqual(['before'])
  expect(await names([failed, before], ['sales', 'stock'])).toEqual([])
})

test('a run for one system has no figures of the others', async () => {
  const only = detail('only', { sales: 'done', stock: 'left' })
  const before = detail('before', { sales: 'done', stock: 'done' })
  expect(await names([only, before], ['stock'])).toEqual(['before'])
  expect(await names([only, before], ['sales'])).toEqual(['only', 'before'])
})

test('the run that ended last comes first, and no run is named while one works', () => {
  const second = testRun('second', { started_at: '2026-11-28T10:00:00', seconds: 600 })
  const third = testRun('third', { started_at: '2026-11-28T10:05:00', seconds: 5 })
  expect(endedRuns([third, second]).map(({ name }) => name)).toEqual(['second', 'third'])
  expect(endedRuns([testRun('now', { state: 'running', seconds: null }), third])).toEqual([])
})

let runs: Schemas['RunSummary'][]
let details: Run[]
let sold: number
let hasFailed: boolean

beforeEach(() => {
  runs = [testRun('one')]
  details = [detail('one', { sales: 'done' })]
  sold = 100
  hasFailed = false
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const query = { query_id: 'q', state: 'succeeded', first_rows: 0 }
  const answer = (url: string): unknown => {
    if (url.startsWith('/v1/runs?')) return { runs }
    if (url.startsWith('/v1/runs/')) return details.find(({ name }) => url.endsWith(`/${name}`))
    if (url.includes('/rows'))
      return { columns: [{ name: 'value', type: 'bigint' }], rows: [[sold]], next_cursor: '' }
    return query
  }
  vi.stubGlobal('fetch', (url: string, { method }: RequestInit) => {
    const isRefused = hasFailed && method === 'POST'
    return Promise.resolve(new Response(JSON.stringify(answer(url)), { status: isRefused ? 422 : 200 }))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function Figure() {
  return <p>sold {useResult('select 1').data?.rows[0]?.[0]}</p>
}

function show(): QueryClient {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider env="test">
        <NewestRunLine systems={['sales']} />
        <Figure />
      </MantineProvider>
    </QueryClientProvider>,
  )
  return queries
}

/** A run of which the page hears has ended just now. */
async function endRun(queries: QueryClient, states: Record<string, State>): Promise<void> {
  const started_at = new Date(Date.now() + 5).toISOString().slice(0, 23)
  runs = [testRun('two', { started_at, seconds: 0 }), ...runs]
  details = [detail('two', states, { started_at, seconds: 0 }), ...details]
  await new Promise((resolve) => setTimeout(resolve, 10))
  await act(() => queries.invalidateQueries({ queryKey: ['runs'] }))
}

const runOfLine = () => screen.queryByTestId('figures-run')?.querySelector('a')?.getAttribute('href')

test('a page that stays open reads its figures again after a run, and then names this run', async () => {
  const queries = show()
  await screen.findByText('sold 100')
  await vi.waitFor(() => expect(runOfLine()).toBe('#/runs/one'))
  screen.getByText(/no row of a dataset changed/)
  sold = 120
  await endRun(queries, { sales: 'done' })
  await screen.findByText('sold 120')
  await vi.waitFor(() => expect(runOfLine()).toBe('#/runs/two'))
})

test('figures that cannot be read again are not said to be of the new run', async () => {
  const queries = show()
  await vi.waitFor(() => expect(runOfLine()).toBe('#/runs/one'))
  hasFailed = true
  await endRun(queries, { sales: 'done' })
  await vi.waitFor(() => expect(queries.getQueryState(['result', 'select 1'])?.status).toBe('error'))
  screen.getByText('sold 100')
  expect(runOfLine()).toBeUndefined()
})

test('a page names the run of its own system, and none while a run works', async () => {
  const queries = show()
  await vi.waitFor(() => expect(runOfLine()).toBe('#/runs/one'))
  await endRun(queries, { sales: 'left', stock: 'done' })
  await vi.waitFor(() => expect(queries.getQueryData(['run', 'two'])).toBeDefined())
  await vi.waitFor(() => expect(runOfLine()).toBe('#/runs/one'))
  runs = [testRun('three', { state: 'running', seconds: null }), ...runs]
  await act(() => queries.invalidateQueries({ queryKey: ['runs'] }))
  await vi.waitFor(() => expect(runOfLine()).toBeUndefined())
})
