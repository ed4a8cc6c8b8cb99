// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { keepFigure, keptFigure, numberOf } from './figure-before'
import { BeforeRun } from './kpi'

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

const FIGURE = { caller: 'ana', sql: 'select 1', unit: 'GBP' }
const run = (name: string, hour = '02') => ({ name, started_at: `2026-11-28T${hour}:00:00` })

test('a figure is kept of its run, its statement and unit, and its person', () => {
  const kept = storage()
  keepFigure(FIGURE, run('run-1'), 635, kept)
  expect(keptFigure(FIGURE, run('run-1'), kept)).toBe(635)
  expect(keptFigure(FIGURE, run('run-2'), kept)).toBeUndefined()
  expect(keptFigure({ ...FIGURE, sql: 'select 2' }, run('run-1'), kept)).toBeUndefined()
  expect(keptFigure({ ...FIGURE, unit: 'EUR' }, run('run-1'), kept)).toBeUndefined()
  expect(keptFigure({ ...FIGURE, caller: 'ben' }, run('run-1'), kept)).toBeUndefined()
  expect(keptFigure(FIGURE, run('run-1', '03'), kept)).toBeUndefined()
})

test('only numbers are kept, as texts may be about people', () => {
  const answer = (type: string, cell: string | number | null) =>
    numberOf({ columns: [{ name: 'value', type }], rows: [[cell]] } as never)
  expect(answer('decimal(12,2)', '12.50')).toBe(12.5)
  expect(answer('varchar', 'ana@example.com')).toBeUndefined()
  expect(answer('varchar', '0301234567')).toBeUndefined()
  expect(answer('bigint', null)).toBeUndefined()
})

test('a browser whose storage is broken or full compares nothing', () => {
  const broken = { getItem: () => '{', setItem: () => undefined }
  expect(keptFigure(FIGURE, run('run-1'), broken)).toBeUndefined()
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full')
    },
  }
  expect(() => keepFigure(FIGURE, run('run-1'), 635, full)).not.toThrow()
})

let runs: ReturnType<typeof run>[]

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const shown = (one: { name: string }) => ({
    ...one,
    state: 'succeeded',
    seconds: 60,
    stages: [{ name: 'sales', state: 'done', datasets: [] }],
  })
  vi.stubGlobal('fetch', (url: string) => {
    const named = runs.find(({ name }) => url.endsWith(`/${name}`))
    const others = url === '/v1/me' ? { name: 'ana', groups: [] } : { runs: runs.map(shown) }
    return Promise.resolve(new Response(JSON.stringify(named ? shown(named) : others)))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const PANEL = { sql: 'select 1', unit: 'count' } as Schemas['Panel']

/** Open the page after these runs, the newest first, with a figure that was read at a moment. */
async function open(
  after: ReturnType<typeof run>[],
  value: number,
  readAt = Date.now(),
  panel = PANEL,
): Promise<void> {
  cleanup()
  runs = after
  const queries = new QueryClient()
  const data = { columns: [{ name: 'value', type: 'bigint' }], rows: [[value]] } as never
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider env="test">
        <BeforeRun board={{ system: 'sales' }} panel={panel} answer={{ data, dataUpdatedAt: readAt }} />
      </MantineProvider>
    </QueryClientProvider>,
  )
  await vi.waitFor(() => expect(queries.getQueryData(['me'])).toBeDefined())
  const isOfFigures = { queryKey: ['runs of figures'] }
  await vi.waitFor(() => expect(queries.getQueriesData(isOfFigures).some(([, data]) => data)).toBe(true))
  // Components hear of an answer in the next task, and keep the figure once they are drawn again.
  await act(() => new Promise((resolve) => setTimeout(resolve)))
}

const [FIRST, SECOND, THIRD] = [run('run-1', '02'), run('run-2', '03'), run('run-3', '04')]

test('a figure is compared with the one of the run directly before, and with no older one', async () => {
  await open([FIRST], 100)
  expect(screen.queryByText(/before the run/)).toBeNull()
  await open([SECOND, FIRST], 120)
  await screen.findByText(/^100 before the run of /)
  await open([SECOND, FIRST], 120)
  await screen.findByText(/^100 before the run of /)
  sessionStorage.clear()
  await open([FIRST], 100)
  await open([THIRD, SECOND, FIRST], 130)
  expect(screen.queryByText(/before the run/)).toBeNull()
  expect(localStorage).toHaveLength(0)
})

test('a figure that was read before the run ended is not kept as one of this run', async () => {
  await open([FIRST], 100)
  await open([SECOND, FIRST], 100, Date.parse(`${SECOND.started_at}Z`) + 1000)
  await open([THIRD, SECOND], 130)
  expect(screen.queryByText(/before the run/)).toBeNull()
})

test('the figure before a decision is not compared with the one after it, which is no doing of the run', async () => {
  const decided = { ...PANEL, sql: "select 1 where not item in ('7')" }
  await open([FIRST], 30)
  await open([SECOND, FIRST], 28, Date.now(), decided)
  expect(screen.queryByText(/before the run/)).toBeNull()
  await open([THIRD, SECOND], 25, Date.now(), decided)
  await screen.findByText(/^28 before the run of /)
})
