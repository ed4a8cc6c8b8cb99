// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ReactNode } from 'react'

import { connect } from '../../api/client'
import { QueryFailed } from './query-failed'
import { SchemaBrowser } from './schema-browser'

const NEW = 'report is new and has no table yet: the next run makes it, with the accepted rows.'
let groups: string[] = []

beforeEach(() => {
  groups = ['operator']
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }))
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const answers: Record<string, unknown> = {
      '/v1/me': { name: 'ann', groups },
      '/v1/runs': init?.method === 'POST' ? { name: 'r1' } : { runs: [] },
      '/v1/catalog/contents': {
        tables: [
          { name: 'report', system: '', rows: 0, as_of: '' },
          { name: 'trips', system: '', rows: 7, as_of: '2026-01-01' },
        ],
      },
    }
    const answer = answers[url]
    return Promise.resolve(Response.json(answer ?? {}, { status: answer ? 200 : 404 }))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const show = (of: ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        {of}
      </QueryClientProvider>
    </MantineProvider>,
  )

const failed = (message: string) => (
  <QueryFailed
    error={new Error(message)}
    sql="SELECT 1"
    onRetry={() => undefined}
    onRepair={() => undefined}
  />
)

test('a new dataset without a table is answered with the run that makes it', async () => {
  show(failed(NEW))
  await screen.findByText(/^report is new and has no table yet: the next run makes it/)
  fireEvent.click(await screen.findByRole('button', { name: 'Start a run' }))
  await screen.findByText('Follow the run')
})

test('a person who may start no run reads how it starts, and another failure offers none', async () => {
  groups = []
  show(failed(NEW))
  await screen.findByText(/It starts by the schedule of the lake/)
  expect(screen.queryByRole('button', { name: 'Start a run' })).toBeNull()
  cleanup()
  show(failed("TABLE_NOT_FOUND: Table 'lake.x' does not exist"))
  expect(screen.queryByText(/next run/)).toBeNull()
})

test('the list of tables marks a dataset without rows', async () => {
  const tables = ['report', 'trips'].map((name) => ({ name, system: '', database: 'lake', columns: [] }))
  const none = () => undefined
  show(<SchemaBrowser tables={tables as never} onInsert={none} onAsk={none} />)
  const mark = await screen.findByText('no rows before the next run')
  expect(mark.closest('summary')?.textContent).toMatch(/^Report/)
  expect(screen.getByText('as accepted').closest('summary')?.textContent).toMatch(/^Trips/)
})
