// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
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

/** Opens the page of a dashboard that is not there, in a lake from which one was deleted. */
function show(system: string): void {
  vi.stubGlobal('fetch', (url: string) => {
    const answers: Record<string, object> = {
      '/v1/dashboards': { dashboards: [] },
      '/v1/dashboard-versions': { versions: [{ ...VERSION, titles: [], deleted: [DELETED], in_use: true }] },
    }
    return Promise.resolve(
      Response.json(answers[new URL(url).pathname] ?? { questions: [], tables: [], annotations: [] }),
    )
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[`/dashboards/${system}`]}>
          <Routes>
            <Route path="/dashboards/:system" element={<DashboardPage />} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

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
