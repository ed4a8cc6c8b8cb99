// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { CatalogPage } from '../catalog/catalog-page'
import { RunsPanel } from './runs-panel'

const RUN = { name: 'r1', state: 'succeeded', started_at: '2026-01-02T10:00:00', has_problems: false }

let runs: object[]

beforeEach(() => {
  runs = []
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      Response.json(
        url.includes('/v1/runs')
          ? { runs }
          : {
              contracts: [],
              systems: [],
              tables: [],
              drafts: [],
              dashboards: [],
              questions: [],
              groups: [],
              cards: [],
            },
      ),
    ),
  )
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const show = (page: ReactNode, address = '/') =>
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MantineProvider env="test">
        <MemoryRouter initialEntries={[address]}>{page}</MemoryRouter>
      </MantineProvider>
    </QueryClientProvider>,
  )

const way = (name: string) => screen.getByRole('link', { name }).getAttribute('href')

test('a lake without a run leads to the page Upload', async () => {
  show(<RunsPanel isPage />)
  await screen.findByText(/then start a run/)
  expect(way('Upload a file')).toBe('#/upload')
})

test('a state that no run is in offers all runs', async () => {
  runs = [RUN]
  show(<RunsPanel isPage />, '/?runs=failed')
  fireEvent.click(await screen.findByRole('button', { name: 'Show all of them' }))
  expect(screen.queryByText(/None of the newest runs/)).toBeNull()
})

test('a catalog without a dataset says how the first is created', async () => {
  show(<CatalogPage />)
  await screen.findByText(/accepts no dataset yet/)
  expect(way('Upload one')).toBe('#/upload')
})
