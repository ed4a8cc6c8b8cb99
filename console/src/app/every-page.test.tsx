// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen, within } from '@testing-library/react'
import { matchRoutes } from 'react-router'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

const SLOW = 'The API takes longer than usual. The page continues by itself; nothing is lost.'
const UNREAD = 'Not read yet. It comes by itself as soon as the API answers.'
const SILENT = 'Offline since 09:53. Nothing was read yet. The console tries again by itself.Try now'
/** An address of each route, and whether its page asks the API for what it shows. */
const ADDRESSES = [
  ['/', true],
  ['/report', true],
  ['/lake', true],
  ['/work', true],
  ['/upload', true],
  [`/files/${'0'.repeat(32)}`, true],
  ['/runs', true],
  ['/runs/nightly', true],
  ['/datasets/readings', true],
  ['/rows/readings/1', true],
  ['/dashboards/meters', true],
  ['/tables/meters/daily', true],
  ['/models/level', true],
  ['/catalog', true],
  ['/query', true],
  ['/nowhere', false],
] as const
const CALLER = { user: 'an operator', group: 'operator', groups: ['operator'] }
const PROBLEM = { title: 'Not Found', detail: 'This lake has nothing here.' }

/** How the API answers: later, never, or at once, with nothing but who is signed in. */
let api: 'slow' | 'silent' | 'up' = 'slow'
let asked: string[] = []
let settle: (() => void)[] = []

function answer(path: string): Promise<Response> {
  if (api === 'silent') return Promise.reject(new TypeError('Failed to fetch'))
  if (path === '/v1/me') return Promise.resolve(Response.json(CALLER))
  return Promise.resolve(Response.json(PROBLEM, { status: 404 }))
}

const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

/** Answers requests as `state` says from now on, also those that wait. */
async function turn(state: typeof api): Promise<void> {
  api = state
  asked = []
  settle.splice(0).forEach((end) => end())
  // A question is tried twice more, a second and two seconds later; the strip asks every four seconds.
  await passes(10_000)
}

/** Opens an address of a console that nothing was read in before. */
async function open(address: string): Promise<void> {
  vi.resetModules() // since when the API is silent is a fact of the whole program
  const { connect, mayRetry } = await import('../api/client')
  const { Pages, ROUTES } = await import('./routes')
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  window.location.hash = `#${address}`
  const queries = new QueryClient({ defaultOptions: { queries: { retry: mayRetry, networkMode: 'always' } } })
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <Pages />
      </QueryClientProvider>
    </MantineProvider>,
  )
  const page = matchRoutes(ROUTES, address)?.at(-1)?.route.lazy
  if (typeof page === 'function') await page()
  await passes(0)
  await vi.dynamicImportSettled() // parts of the page
  await passes(3500)
}

vi.setConfig({ testTimeout: 30_000 }) // the first page also compiles what all share

beforeEach(() => {
  api = 'slow'
  asked = []
  settle = []
  vi.useFakeTimers({ now: new Date(2026, 10, 27, 9, 53) })
  vi.stubGlobal('fetch', (url: string) => {
    const path = new URL(url).pathname
    asked.push(path)
    if (api !== 'slow') return answer(path)
    return new Promise<void>((resolve) => settle.push(resolve)).then(() => answer(path))
  })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const heading = () => screen.getByRole('heading', { level: 1 })

function isComplete(): void {
  expect(heading()).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(
    screen.queryByText(/Not read yet|takes longer than usual|cannot be shown|did not answer|^Loading .* …/),
  ).toBeNull()
}

test('every route has an address here', async () => {
  const { ROUTES } = await import('./routes')
  const pages = ROUTES.flatMap(({ children = [] }) => children).flatMap(({ children = [] }) => children)
  const visited = ADDRESSES.map(([address]) => matchRoutes(ROUTES, address)?.at(-1)?.route)
  expect(pages.length).toBeGreaterThan(9)
  expect(pages.filter((page) => !visited.includes(page))).toEqual([])
})

describe.each(ADDRESSES)('the page %s', (address, asks) => {
  test('has its heading while the API is slow, and continues by itself', async () => {
    await open(address)
    expect(heading()).toBeTruthy()
    if (asks) {
      expect(screen.getAllByText(/^(Loading .* )?…$/)).not.toEqual([])
      expect(screen.getAllByText(SLOW)).toHaveLength(1)
    }
    await turn('up')
    isComplete()
  })

  test('says once that the API is silent, and reads all of it again as soon as it answers', async () => {
    await open(address)
    const first = new Set(asked)
    await turn('silent')
    expect(heading()).toBeTruthy()
    const main = within(screen.getByRole('main'))
    expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([SILENT])
    expect(main.getAllByRole('alert')).toHaveLength(1)
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
    expect(screen.queryByText(/Not shown|cannot be shown|may read, but not upload/)).toBeNull()
    expect(screen.queryAllByText(UNREAD)).toHaveLength(asks ? 1 : 0)
    await turn('up')
    isComplete()
    expect([...first].filter((path) => !asked.includes(path))).toEqual([])
  })
})
