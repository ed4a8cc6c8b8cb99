// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import type { Shown } from './chart-options'
import { OwnBoard } from './own-board'

const drawn = vi.hoisted(() => ({ newest: undefined as Shown | undefined }))
vi.mock('./chart', () => ({
  default: ({ shown }: { shown: Shown }) => {
    drawn.newest = shown
    return <p>drawn</p>
  },
}))
afterEach(cleanup)

const FORECAST = {
  name: 'What is ahead?',
  sql: 'select 1',
  kind: 'fan',
  x: 'week',
  y: ['sold', 'mean'],
  series: '',
  bounds: [['low', 'high']],
  answer: '{mean} is ahead',
  nothing: 'Nothing is ahead. Leave the orders as planned.',
  units: { mean: 'GBP' },
  is_pinned: true,
  by: 'ana',
  at: '',
}
const COLUMNS = ['week', 'sold', 'mean', 'low', 'high'].map((name) => ({
  name,
  type: 'double',
  unit: '',
  label: '',
}))

function show(rows: unknown[][]): void {
  const answers: Record<string, object> = {
    '/v1/me': { name: 'ana', groups: ['viewer'], role: 'viewer' },
    '/v1/kept-questions': { questions: [FORECAST] },
    '/v1/catalog': { tables: [] },
    '/v1/mails': { mails: [], address: '' },
    '/v1/queries': { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
    '/v1/queries/q/rows': { columns: COLUMNS, rows, next_cursor: '' },
  }
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(Response.json(answers[new URL(url).pathname] ?? { annotations: [] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <OwnBoard />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a pinned forecast has its band, and its answer as its title', async () => {
  show([['2026-01-05', null, 265, 249, 289]])
  expect(await screen.findByRole('heading', { name: /^£265.* is ahead$/ })).toBeTruthy()
  await screen.findByText('drawn')
  expect(drawn.newest?.panel).toMatchObject({ kind: 'fan', bounds: [['low', 'high']] })
  expect(drawn.newest?.units).toEqual({ mean: 'GBP' })
})

test('a pinned panel without rows says what its dashboard says', async () => {
  show([])
  expect(await screen.findByRole('heading', { name: FORECAST.nothing })).toBeTruthy()
  expect(screen.queryByText(/No row fits/)).toBeNull()
})
