// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { RunPage } from './run-page'
import { testRun } from './test-runs'

const STARTED = Date.parse('2026-11-28T10:00:00Z')

beforeEach(() => {
  vi.useFakeTimers({ now: STARTED + 180_000 })
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  vi.stubGlobal('fetch', () => new Promise<Response>(() => undefined))
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a run that is opened again says how long it has worked, not how long when it was read last', async () => {
  const merge = { name: 'merge', state: 'running' as const, began_at: '2026-11-28T10:00:15', seconds: 12 }
  const run: Schemas['RunDetail'] = {
    ...testRun('r-1', { state: 'running', seconds: null }),
    stages: [{ ...merge, rows_read: null, datasets: [] }],
    jobs: [],
    output: {},
    remedies: {},
    error: '',
    cause: '',
    left_to: '',
  }
  const queries = new QueryClient()
  queries.setQueryData(['run', 'r-1'], run, { updatedAt: STARTED + 27_000 })
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <MemoryRouter initialEntries={['/runs/r-1']}>
          <Routes>
            <Route path="/runs/:name" element={<RunPage />} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect(screen.getByTestId('run-facts').textContent).toMatch(/^So far 3 min/)
  expect(document.body.textContent).toContain('running, 2 min 45 s')
  await act(() => vi.advanceTimersByTimeAsync(5000))
  expect(screen.getByTestId('run-facts').textContent).toMatch(/^So far 3 min 5 s/)
})
