// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { HealthPanel } from './health-panel'

const RULE = {
  name: 'late_files',
  sql: 'SELECT 3 AS value',
  above: 1,
  message: '',
  remedy: '',
  panel: 'late',
}
const BOARD = { system: 'own', title: 'Own', panels: [], queues: [], trust: [], filters: [], alerts: [RULE] }

let groups: string[]
let boards: object[]
beforeEach(() => {
  groups = ['viewer']
  boards = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) => Promise.resolve(Response.json(answerTo(new URL(url).pathname))))
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function answerTo(path: string): object {
  if (path === '/v1/me') return { name: 'kim', groups }
  if (path === '/v1/health')
    return { state: 'healthy', checks: [{ name: 'run', state: 'healthy', message: '' }] }
  if (path === '/v1/quarantine') return { lines: [{ dataset: 'a', rule: 'type', rows: 2 }], waiting: [] }
  if (path === '/v1/dashboards') return { dashboards: boards }
  if (path === '/v1/decisions') return { decisions: [] }
  if (path.endsWith('/rows'))
    return { columns: [{ name: 'value', type: 'bigint' }], rows: [[3]], next_cursor: '' }
  if (path === '/v1/queries') return { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
  return { runs: [], tables: [] }
}

const show = () =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <HealthPanel />
      </QueryClientProvider>
    </MantineProvider>,
  )

test('who may not correct rows looks at them, and reads who may', async () => {
  show()
  const look = await screen.findByRole('link', { name: 'See the rows' })
  expect(look.dataset['variant']).toBe('default')
  screen.getByText('Only uploaders can correct rows. Ask an operator for the group uploader.')
  expect(screen.queryByRole('link', { name: 'Correct the rows' })).toBeNull()
})

test('who may correct rows has the primary button', async () => {
  groups = ['viewer', 'uploader']
  show()
  await screen.findByRole('link', { name: 'Correct the rows' })
})

test('an open alert is the verdict and the thing to do', async () => {
  boards = [BOARD]
  show()
  await screen.findByText('1 alert is open: late files')
  const open = screen.getByRole('link', { name: 'Open the alerts' })
  expect(open.getAttribute('href')).toBe('#/work/alerts')
  expect(screen.queryByText(/Everything works/)).toBeNull()
})
