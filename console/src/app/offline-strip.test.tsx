// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, read } from '../api/client'
import { FailuresOfPage } from '../components/one-failure'
import { Answered } from '../components/states'
import { OfflineStrip } from './offline-strip'

let isUp = true
/** Answers without the header that lets a page read them. */
let isRefusing = false

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 27, 9, 53), shouldAdvanceTime: false })
  connect({ apiUrl: '', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (_: string, { mode }: RequestInit = {}) =>
    isUp || (isRefusing && mode === 'no-cors')
      ? Promise.resolve(new Response('{"name":"files of today"}'))
      : Promise.reject(new TypeError('Failed to fetch')),
  )
})
afterEach(() => {
  isUp = true
  isRefusing = false
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function Part({ name }: { name: string }) {
  const answer = useQuery({
    queryKey: [name],
    queryFn: () => read<{ name: string }>(`/v1/${name}`),
    retry: false,
  })
  return (
    <Answered of={answer} what={name}>
      {(data) => <p>{data.name}</p>}
    </Answered>
  )
}

const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

test('one strip says since when the API is silent and how old the page is, and all parts come back', async () => {
  const queries = new QueryClient()
  const page = (...parts: string[]) => (
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <OfflineStrip />
        <FailuresOfPage>
          {parts.map((name) => (
            <Part key={name} name={name} />
          ))}
        </FailuresOfPage>
      </QueryClientProvider>
    </MantineProvider>
  )
  const { rerender } = render(page('files'))
  await passes(10)
  expect(screen.getByText('files of today')).toBeTruthy()
  isUp = false
  await passes(60_000)
  rerender(page('files', 'runs', 'costs'))
  await act(() => queries.refetchQueries({ queryKey: ['files'] }))
  await passes(1500)
  expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
    'Offline since 09:54. You see the state of 09:53. The console tries again by itself.Try now',
  ])
  await passes(20_000)
  expect(screen.queryByRole('button', { name: 'Sign in again' })).toBeNull()
  expect(screen.getByText('files of today')).toBeTruthy()
  expect(screen.getAllByText('Not read yet. It comes by itself as soon as the API answers.')).toHaveLength(1)
  expect(screen.queryByText(/cannot be shown|Not shown/)).toBeNull()
  isUp = true
  await passes(4500)
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getAllByText('files of today')).toHaveLength(3)
})

test('a silence of less than a second is no news', async () => {
  isUp = false
  const queries = new QueryClient()
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <OfflineStrip />
        <Part name="files" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  await passes(500)
  isUp = true
  await passes(4500)
  expect(screen.queryByRole('alert')).toBeNull()
})

test('an API that answers, but not to this token, asks for a new sign-in', async () => {
  const signOut = vi.fn()
  connect({ apiUrl: '', token: () => Promise.resolve('revoked'), signOut })
  isUp = false
  isRefusing = true
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <OfflineStrip />
        <Part name="files" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  await passes(10_000)
  expect(screen.getByRole('alert').textContent).toMatch(
    /^The API has not accepted your sign-in since 09:53\..* Sign in again\.Sign in again$/,
  )
  act(() => screen.getByRole('button', { name: 'Sign in again' }).click())
  expect(signOut).toHaveBeenCalled()
})
