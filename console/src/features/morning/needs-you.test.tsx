// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { NeedsYou } from './needs-you'

afterEach(cleanup)

const queue = (name: string) => ({ name, title: name, sql: `select '${name}'`, unit: 'USD', actions: [] })
const BODIES: Record<string, object> = {
  '/v1/me': { name: 'ana', groups: ['viewer'], role: 'viewer' },
  '/v1/health': { state: 'healthy', checks: [] },
  '/v1/runs': { runs: [] },
  '/v1/files': { files: [], next_cursor: '' },
  '/v1/quarantine': { lines: [], waiting: [], files_waiting: 0 },
  '/v1/dashboards': { dashboards: [{ system: 's', panels: [], queues: [queue('small'), queue('large')] }] },
  '/v1/decisions': { decisions: [], next_cursor: '' },
}
const columns = ['item_id', 'subject', 'reason', 'value'].map((name) => ({ name, type: 'varchar' }))

function show(): void {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <NeedsYou />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('the lines of the queues get their places once all amounts are there', async () => {
  let answer: () => void = () => undefined
  const isThere = new Promise<void>((resolve) => (answer = resolve))
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit = {}) => {
    const path = new URL(url).pathname
    if (path === '/v1/queries') {
      const { sql } = JSON.parse(String(body)) as { sql: string }
      return Response.json({
        query_id: sql.includes('large') ? 'large' : 'small',
        state: 'succeeded',
        columns,
        scanned_bytes: 0,
        cost_usd: '0',
      })
    }
    if (path.endsWith('/rows')) {
      const isLarge = path.includes('large')
      if (isLarge) await isThere
      const rows = [['1', 'a customer', 'silent', isLarge ? 300 : 10]]
      return Response.json({ columns, rows, next_cursor: '' })
    }
    return Response.json(BODIES[path] ?? {})
  })
  show()
  await screen.findByText('No file waits for a person.')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(screen.getAllByLabelText('Loading a queue')).toHaveLength(2)
  expect(screen.queryByText(/^small:/)).toBeNull()
  answer()
  await screen.findByText(/^small:/)
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'large: 1, US$300 at stakeOpen',
    'small: 1, US$10.00 at stakeOpen',
  ])
})

test('what its own list says may wait is counted apart, and a queue of nothing else is no task', async () => {
  const waiting: Record<string, boolean[]> = { small: [true, true], large: [false, true, true] }
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit = {}) => {
    const path = new URL(url).pathname
    if (path === '/v1/queries') {
      const { sql } = JSON.parse(String(body)) as { sql: string }
      const query_id = sql.includes('large') ? 'large' : 'small'
      return Promise.resolve(
        Response.json({ query_id, state: 'succeeded', columns, scanned_bytes: 0, cost_usd: '0' }),
      )
    }
    if (!path.endsWith('/rows')) return Promise.resolve(Response.json(BODIES[path] ?? {}))
    const rows = (waiting[path.includes('large') ? 'large' : 'small'] ?? []).map((mayWait, at) => [
      String(at),
      'a payment',
      'unusual',
      100 - at,
      mayWait,
    ])
    const named = [...columns, { name: 'title_may_wait', type: 'boolean' }]
    return Promise.resolve(Response.json({ columns: named, rows, next_cursor: '' }))
  })
  show()
  await screen.findByText(/^large:/)
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'large: 1, US$100 at stake; 2 more may waitOpen',
  ])
})

const FAILED = {
  name: 'api-1',
  state: 'failed',
  started_by: 'person',
  started_at: '2026-11-29T17:22:49',
  seconds: 183,
  has_problems: true,
  datasets_not_merged: {},
  implausible_tables: {},
}

test('a fault of a system itself says who corrects it, and is not tried again', async () => {
  const causeOf = async (why: string) => {
    const runs = { runs: [{ ...FAILED, failed_stages: { 'own-models': why } }] }
    const bodies: Record<string, object> = {
      ...BODIES,
      '/v1/me': { name: 'ana', groups: ['operator'], role: 'operator' },
      '/v1/runs': runs,
      '/v1/dashboards': { dashboards: [] },
    }
    vi.stubGlobal('fetch', (url: string) =>
      Promise.resolve(Response.json(bodies[new URL(url).pathname] ?? {})),
    )
    show()
    return screen.findByText(/^Own models failed: /)
  }
  const own = await causeOf(
    'FAILED (run 07-13): AuditError: words: label: max_length broken by 6 rows (keys a, b)',
  )
  expect(own.textContent).toBe(
    'Own models failed: Words: Label is too long in 6 rows. No file is wrong: whoever maintains the system has to correct it',
  )
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull()
  cleanup()
  await causeOf('FAILED (run 07-13): MemoryError')
  await screen.findByRole('button', { name: 'Retry' })
})

test('what a viewer may not do needs somebody else', async () => {
  const shownTo = (group: string) => {
    const bodies: Record<string, object> = { ...BODIES, '/v1/dashboards': { dashboards: [] } }
    const me = { name: 'ana', groups: [group], role: group }
    vi.stubGlobal('fetch', (url: string) => {
      const { pathname } = new URL(url)
      return Promise.resolve(Response.json(pathname === '/v1/me' ? me : (bodies[pathname] ?? {})))
    })
    show()
  }
  shownTo('viewer')
  await screen.findByRole('region', { name: 'Needs an uploader or operator' })
  cleanup()
  shownTo('uploader')
  await screen.findByText('No file waits for a person.')
  expect(screen.getByRole('region', { name: 'Needs you' })).toBeTruthy()
})
