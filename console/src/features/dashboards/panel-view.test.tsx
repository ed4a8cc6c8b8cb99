// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import type { Shown } from './chart-options'
import { PanelView } from './panel-view'

const drawn = vi.hoisted(() => ({ newest: undefined as Shown | undefined }))
vi.mock('./chart', () => ({
  default: ({ shown }: { shown: Shown }) => {
    drawn.newest = shown
    return <p>drawn</p>
  },
}))
afterEach(cleanup)

const PANEL = {
  name: 'net',
  question: 'Net by month',
  kind: 'line',
  table: '',
  sql: 'select 1 from sales',
  unit: '',
  units: {},
  x: 'month',
  y: ['net_usd'],
  series: '',
  keeps: [],
  action: '',
} as unknown as Schemas['Panel']
const BOARD = { system: '', title: 'Mine', written_by: 'ana', queues: [], trust: [] }
const ANSWER: Record<string, object> = {
  '/v1/runs': { runs: [] },
  '/v1/me': { name: 'ana', groups: ['viewer'], role: 'viewer' },
  '/v1/health': { as_of: '2026-11-20', checks: [] },
  '/v1/catalog': { tables: [{ name: 'sales', system: '', columns: [{ name: 'price', unit: 'USD' }] }] },
  '/v1/catalog/contents': { tables: [{ name: 'sales', system: '', rows: 2, as_of: '2025-11-20' }] },
  '/v1/queries': { query_id: 'q', state: 'succeeded', columns: [], scanned_bytes: 0, cost_usd: '0' },
  '/v1/queries/q/rows': {
    columns: [
      { name: 'month', type: 'timestamp' },
      { name: 'net_usd', type: 'double' },
    ],
    rows: [
      ['2026-10-01 00:00:00.000', 5],
      ['2026-11-01 00:00:00.000', 3],
    ],
    next_cursor: '',
  },
}

const WEEKDAYS = {
  columns: [
    { name: 'hour', type: 'bigint', period: 'hour' },
    { name: 'weekday', type: 'bigint', period: 'day_of_week' },
    { name: 'orders', type: 'bigint' },
  ],
  rows: Array.from({ length: 15 * 7 }, (_, at) => [7 + Math.floor(at / 7), 7 - (at % 7), at + 1]),
  next_cursor: '',
}

const show = (board: object, panel = PANEL, bounds?: object) => {
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(Response.json(ANSWER[new URL(url).pathname] ?? { tables: [], annotations: [] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  drawn.newest = undefined
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <PanelView
            panel={panel}
            board={board as Schemas['Dashboard']}
            narrowed={{ sql: PANEL.sql, rows: [], ignored: [], words: [], bounds } as never}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a dashboard that somebody wrote marks the month that is not over, in the currency of its column', async () => {
  show(BOARD)
  await screen.findByText('drawn')
  await vi.waitFor(() => expect(drawn.newest?.open).toEqual({ place: '2026-11-01', until: '2026-11-20' }))
  expect(drawn.newest?.units?.net_usd).toBe('USD')
  expect(await screen.findByText(/^The period from 1 Nov 2026 is not over: its data end on 20/)).toBeTruthy()
  await vi.waitFor(() =>
    expect(document.querySelector('[data-answer-origin]')?.textContent).toBe('From Sales as of 20 Nov 2025'),
  )
})

test('a month that the filter of the page cuts is marked as one that is not over, unless it is whole in its column', async () => {
  const cut = { from: '2026-10-12', until: '2026-11-11', ofDays: '' }
  show(BOARD, PANEL, cut)
  expect(
    await screen.findByText(
      'The period from 1 Oct 2026 is cut: the filter begins on 12 Oct 2026. The period from 1 Nov 2026 is cut: the filter ends on 11 Nov 2026.',
    ),
  ).toBeTruthy()
  expect(drawn.newest?.open?.until).toBe('2026-11-11')
  expect(drawn.newest?.begun?.from).toBe('2026-10-12')
  cleanup()
  show(BOARD, PANEL, { ...cut, ofDays: PANEL.x })
  await screen.findByText('drawn')
  await vi.waitFor(() => expect(drawn.newest?.open?.until).toBe('2026-11-20'))
  expect(drawn.newest?.begun).toBeUndefined()
})

test('a panel gives the advice that it was published with, and no other', async () => {
  const advised = { ...PANEL, action: 'Divide by the first figure.' }
  show(BOARD, advised)
  expect(await screen.findByText(advised.action)).toBeTruthy()
  cleanup()
  show(BOARD)
  await screen.findByText('drawn')
  expect(screen.queryByText(advised.action)).toBeNull()
})

test('no advice follows from a table without rows', async () => {
  const rows = ANSWER['/v1/queries/q/rows']
  ANSWER['/v1/queries/q/rows'] = { ...rows, rows: [] }
  show(BOARD, { ...PANEL, kind: 'table', action: 'Call them in this order.' })
  expect(await screen.findByText(/No row/)).toBeTruthy()
  expect(screen.queryByText('Call them in this order.')).toBeNull()
  ANSWER['/v1/queries/q/rows'] = rows ?? {}
})

test('a dashboard of the project says itself which period is open', async () => {
  show({ ...BOARD, written_by: '' })
  await screen.findByText('drawn')
  await vi.waitFor(() => expect(drawn.newest?.units?.net_usd).toBe('USD'))
  expect(drawn.newest?.open).toBeUndefined()
  expect(screen.queryByText(/is not over/)).toBeNull()
  expect(document.querySelector('[data-answer-origin]')).toBeNull()
})

test('a published dashboard draws a saved question as My dashboard does: weekdays and hours in words and in their order', async () => {
  const panel = { ...PANEL, kind: 'bar', x: 'hour', y: ['orders'], series: 'weekday', is_stacked: false }
  const before = ANSWER['/v1/queries/q/rows'] ?? {}
  ANSWER['/v1/queries/q/rows'] = WEEKDAYS
  try {
    show(BOARD, panel as Schemas['Panel'])
    await screen.findByText('drawn')
  } finally {
    ANSWER['/v1/queries/q/rows'] = before
  }
  const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
  expect(drawn.newest?.order).toEqual(days)
  const hours = [...new Set(drawn.newest?.rows.map(([hour]) => hour))]
  expect([hours.length, hours[0], hours.at(-1)]).toEqual([15, '07:00', '21:00'])
  // Notes of the panel are about its own name.
  expect([drawn.newest?.panel.name, drawn.newest?.panel.question]).toEqual(['net', 'Net by month'])
})
