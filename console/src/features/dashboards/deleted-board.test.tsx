// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Link, MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { DashboardPage } from './dashboard-page'
import { versionWords } from './written-board'

afterEach(cleanup)

const DELETED = {
  system: 'trips-abroad',
  title: 'Trips Abroad',
  deleted_by: 'ben@example.com',
  deleted_at: '2026-11-29T04:20:00+00:00',
}
const VERSION = { version: 'v2', written_by: 'ben@example.com', written_at: DELETED.deleted_at }

const BOARD = {
  system: 'trips-abroad',
  title: 'Trips Abroad',
  written_by: 'ben@example.com',
  written_at: '2026-11-28T04:20:00',
  panels: [],
  filters: [],
  trust: [],
  alerts: [],
  queues: [],
}
const sent: string[] = []

/** Opens the page of a dashboard for an operator, in a lake that has these dashboards, and from which one may be deleted. */
function show(system: string, boards: object[] = []): void {
  let present = boards
  sent.length = 0
  vi.stubGlobal('fetch', (url: string, { method = 'GET' }: RequestInit) => {
    const { pathname } = new URL(url)
    if (method !== 'GET') sent.push(`${method} ${pathname}`)
    if (method === 'DELETE') present = []
    if (method === 'POST') present = [BOARD]
    const deleted = present.length > 0 ? [] : [DELETED]
    const answers: Record<string, object> = {
      '/v1/me': { name: 'ana', groups: ['operator'], rights: ['viewer', 'uploader', 'operator'] },
      '/v1/dashboards': { dashboards: present },
      '/v1/dashboards/trips-abroad': { dashboards: present },
      '/v1/dashboards/trips-abroad/restore': { dashboards: present },
      '/v1/dashboards/trips-abroad/mails': {
        mails: [{ title: 'Trips', every: 'day', on: 0, address: 'ana@example.com' }],
      },
      '/v1/dashboard-versions': { versions: [{ ...VERSION, titles: [], deleted, in_use: true }] },
    }
    return Promise.resolve(
      Response.json(
        answers[pathname] ?? { questions: [], tables: [], annotations: [], mails: [], systems: [], runs: [] },
      ),
    )
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[`/dashboards/${system}`]}>
          <Link to="/dashboards/trips-abroad">Old address</Link>
          <Routes>
            <Route path="/dashboards/:system?" element={<DashboardPage />} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

/** Deletes the dashboard with its mail on its page. */
async function deleteTrips() {
  show('trips-abroad', [BOARD])
  await userEvent.click(await screen.findByRole('button', { name: 'Delete' }))
  const dialog = await screen.findByRole('dialog')
  await within(dialog).findByText('One mail stops with it:')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }))
  await screen.findByText('Deleted “Trips Abroad” and its mail.')
}

test('after a deletion the list of dashboards says what was deleted, and Undo restores it with its mails', async () => {
  await deleteTrips()
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
  await screen.findByRole('heading', { name: 'Trips Abroad' })
  expect(screen.queryByText(/^Deleted/)).toBeNull()
  expect(sent).toEqual(['DELETE /v1/dashboards/trips-abroad', 'POST /v1/dashboards/trips-abroad/restore'])
}, 30_000)

test('an operator restores a deleted dashboard at its old address', async () => {
  show('trips-abroad')
  await userEvent.click(await screen.findByRole('button', { name: 'Restore it with its mails' }))
  await screen.findByRole('heading', { name: 'Trips Abroad' })
  expect(sent).toEqual(['POST /v1/dashboards/trips-abroad/restore'])
}, 30_000)

test('the note of a deletion ends where the page of the deleted dashboard restores it', async () => {
  await deleteTrips()
  await userEvent.click(screen.getByRole('link', { name: 'Old address' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Restore it with its mails' }))
  await screen.findByRole('heading', { name: 'Trips Abroad' })
  expect(screen.queryByText(/^Deleted/)).toBeNull()
}, 30_000)

test('a link to a deleted dashboard says who deleted it and when', async () => {
  show('trips-abroad')
  await screen.findByText(/^ben@example\.com deleted “Trips Abroad” on 29 Nov 2026/)
  expect(screen.queryByText(/old or misspelt/)).toBeNull()
})

test('a link to a dashboard that never was says that the address may be wrong', async () => {
  show('trips-abraod')
  await screen.findByText(/old or misspelt/)
})

test('a version names the dashboard whose deletion made it, and no other', () => {
  const at = DELETED.deleted_at
  expect(versionWords({ titles: [], deleted: [DELETED], written_at: at })).toBe(
    'no dashboard; “Trips Abroad” deleted',
  )
  expect(
    versionWords({ titles: ['Towns'], deleted: [DELETED], written_at: '2026-11-30T00:00:00+00:00' }),
  ).toBe('Towns')
})
