// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { useCaller } from '../../api/queries'
import { testDecision } from '../work/test-decisions'
import { StepsAbout } from './steps-about'

const QUEUE = {
  name: 'calls',
  title: 'Calls',
  table: 'risks',
  unit: 'USD',
  value_label: 'at stake',
  units: {},
  sql: 'SELECT 1',
  actions: [
    { name: 'called', label: 'Called', key: 'c', meaning: 'reached' },
    { name: 'not_now', label: 'Not now', key: 'n', meaning: '' },
  ],
}
let groups: string[] = []
let sent: object[] = []
let isListed = true

function answerTo(url: string, init?: RequestInit): object {
  if (url.includes('/v1/decisions') && init?.method === 'POST') {
    const asked = JSON.parse(String(init.body)) as object
    const stamp = { decision_id: String(sent.length), decided_by: 'ann', decided_at: '2026-11-24T03:00:00' }
    sent = [{ ...asked, ...stamp }, ...sent]
    return sent[0] ?? {}
  }
  if (url.includes('/v1/decisions')) return { decisions: sent }
  if (url.includes('/v1/dashboards')) return { dashboards: [{ queues: [QUEUE], panels: [], alerts: [] }] }
  if (url.endsWith('/v1/me')) return { name: 'ann', groups }
  if (url.includes('/v1/queries'))
    return {
      query_id: 'q',
      state: 'succeeded',
      columns: ['item_id', 'subject', 'reason', 'value'].map((name) => ({ name, type: 'varchar' })),
      rows: isListed ? [['7', 'Customer 7', 'silent 43 days', '2412.50']] : [],
      next_cursor: '',
    }
  return { tables: [], runs: [{ name: 'n', state: 'succeeded', started_at: '2026-11-24T02:00:00' }] }
}

beforeEach(() => {
  groups = ['viewer', 'uploader']
  sent = []
  isListed = true
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(answerTo(String(url), init)))),
  )
})
afterEach(cleanup)

/** The answer by which the page decides: it is there once the groups are read. */
const Groups = () => <p>Groups: {useCaller().data?.groups.join(' and ')}</p>

const show = () =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Groups />
        <StepsAbout tables={[{ name: 'risks' }]} value="7" />
      </QueryClientProvider>
    </MantineProvider>,
  )

test('the page of a thing decides about it as its queue does, and takes the decision back', async () => {
  show()
  const button = await screen.findByRole('button', { name: 'Not now' })
  const filled = document.querySelectorAll('button[data-variant=filled]')
  expect([...filled], 'a result of a call comes after the call').toEqual([])
  await userEvent.click(button)
  expect(await screen.findByRole('button', { name: 'Open again' })).toBeTruthy()
  expect(sent).toMatchObject([{ queue: 'calls', item_id: '7', action: 'not_now', value: '2412.50' }])
  await userEvent.click(screen.getByRole('button', { name: 'Open again' }))
  expect(await screen.findByRole('button', { name: 'Called' })).toBeTruthy()
})

test('who only reads sees the step and decides nothing', async () => {
  groups = ['viewer']
  show()
  await screen.findByText('Groups: viewer')
  await screen.findByText('Silent 43 days')
  expect(screen.queryByRole('button', { name: 'Called' })).toBeNull()
})

test('a decision can be taken back after a run that leaves the thing out of the queue', async () => {
  isListed = false
  sent = [testDecision('7', 'not_now', { decided_at: '2026-11-24T01:00:00' })]
  show()
  expect(await screen.findByText('Calls: not now')).toBeTruthy()
  expect(screen.queryByText(/Nothing to do/)).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Open again' }))
  expect(await screen.findByText('Calls: opened again')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Called' })).toBeTruthy()
})
