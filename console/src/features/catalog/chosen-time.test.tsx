// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { Contents } from './dataset-contents'

afterEach(cleanup)

const PROFILE = {
  dataset: 'visits',
  snapshot_id: 's1',
  as_of: '2026-09-25',
  rows: 71,
  sampled_rows: 71,
  pending_rows: 0,
  columns: [],
  correlations: [],
  over_time: null,
}
const LATEST: Record<string, string> = { '': '2026-09-25', flag_since: '2020-03-01', came_at: '2026-09-25' }

/** Shows the contents of a dataset with two times; returns its router and the profiles that were asked for. */
function show(times: string[], address = '/') {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    const { pathname, searchParams } = new URL(url)
    if (!pathname.endsWith('/profile')) return Promise.resolve(Response.json({}, { status: 404 }))
    const time = searchParams.get('time') ?? ''
    asked.push(time)
    return Promise.resolve(
      Response.json({ ...PROFILE, times, time: time || 'came_at', latest_on: LATEST[time] ?? '' }),
    )
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const router = createMemoryRouter(
    [{ path: '/', element: <Contents dataset="visits" isDeclared point={undefined} /> }],
    { initialEntries: [address] },
  )
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return { router, asked }
}

test('a reader chooses the time by which rows are new, and the address keeps the choice', async () => {
  const { router, asked } = show(['flag_since', 'came_at'])
  await screen.findByText(/newest of 25 Sep 2026/)
  const choice = screen.getByLabelText<HTMLSelectElement>('Time of the rows')
  expect(choice.value).toBe('came_at')
  await userEvent.selectOptions(choice, 'By Flag since')
  await screen.findByText(/newest of 1 Mar 2020/)
  expect(router.state.location.search).toBe('?time=flag_since')
  expect(asked).toEqual(['', 'flag_since'])
})

test('an address with a time shows the rows by it', async () => {
  show(['flag_since', 'came_at'], '/?time=flag_since')
  await screen.findByText(/newest of 1 Mar 2020/)
})

test('a dataset with one time has no choice', async () => {
  show(['came_at'])
  await screen.findByText(/newest of 25 Sep 2026/)
  expect(screen.queryByLabelText('Time of the rows')).toBeNull()
})
