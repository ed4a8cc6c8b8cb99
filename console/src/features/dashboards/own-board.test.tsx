// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { type InitialEntry, MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testColumn } from '../../formats/test-tables'
import type { Shown } from './chart-options'
import { OwnBoard } from './own-board'
import { testFilter } from './test-filters'

const drawn = vi.hoisted(() => ({ newest: undefined as Shown | undefined }))
vi.mock('./chart', () => ({
  default: ({ shown }: { shown: Shown }) => {
    drawn.newest = shown
    return <p>drawn</p>
  },
}))
afterEach(cleanup)

const FORECAST = {
  name: 'What is ahead?',
  sql: 'select 1',
  kind: 'fan',
  x: 'week',
  y: ['sold', 'mean'],
  series: '',
  bounds: [['low', 'high']],
  answer: '{mean} is ahead',
  nothing: 'Nothing is ahead. Leave the orders as planned.',
  units: { mean: 'GBP' },
  is_pinned: true,
  by: 'ana',
  at: '',
}
const COLUMNS = ['week', 'sold', 'mean', 'low', 'high'].map((name) => ({
  name,
  type: 'double',
  unit: '',
  label: '',
}))

const TRUSTED = {
  system: 'own',
  filters: [],
  trust: [{ tables: ['trips'], words: ['off by 12 %', 'method: level'], sql: '', source: '' }],
}
const OF_REGIONS = testFilter({
  name: 'region',
  label: 'Region',
  column: 'region',
  tables: ['trips'],
  values: '',
})
const sent: { method: string; path: string; body: unknown }[] = []
const asked: string[] = []
let pinned: object[] = []
let filters: object[] = []

function show(rows: unknown[][], page: InitialEntry = '/dashboards/mine', address = ''): void {
  sent.length = 0
  asked.length = 0
  const answers: Record<string, object> = {
    '/v1/me': { name: 'ana', groups: ['viewer'], role: 'viewer' },
    '/v1/kept-questions': { questions: pinned },
    '/v1/catalog': {
      tables: [{ name: 'trips', database: 'lake', system: 'own', columns: [testColumn('region')] }],
    },
    '/v1/dashboards': { dashboards: [{ ...TRUSTED, filters }] },
    '/v1/systems/own/tables/trips': { version: '1', as_of: '2026-01-04' },
    '/v1/catalog/contents': { tables: [] },
    '/v1/mails': { mails: [], address },
    '/v1/queries': { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
    '/v1/queries/q/rows': { columns: COLUMNS, rows, next_cursor: '' },
  }
  vi.stubGlobal('fetch', (url: string, { method = 'GET', body }: RequestInit = {}) => {
    const path = new URL(url).pathname
    if (path === '/v1/queries') asked.push((JSON.parse(String(body)) as { sql: string }).sql)
    if (method === 'PUT') sent.push({ method, path, body: JSON.parse(String(body)) })
    const answer = method === 'PUT' ? { questions: pinned } : answers[path]
    return Promise.resolve(Response.json(answer ?? { annotations: [], dashboards: [] }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[page]}>
          <OwnBoard />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

beforeEach(() => {
  pinned = [FORECAST]
  filters = []
})

async function press(panel: string, item: string): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: `More about: ${panel}` }))
  await userEvent.click(await screen.findByRole('menuitem', { name: item }))
}

const OTHER = { ...FORECAST, name: 'What was sold?', width: 'full', place: 1 }

test('a panel is moved and widened in place', async () => {
  pinned = [FORECAST, OTHER]
  show([['2026-01-05', null, 265, 249, 289]])
  await press('What is ahead?', 'Move down')
  await press('What is ahead?', 'Full width')
  expect(sent.map(({ path }) => path)).toEqual(Array(2).fill('/v1/kept-questions/dashboard'))
  expect(sent.map(({ body }) => body)).toEqual([
    {
      panels: [
        { name: 'What was sold?', width: 'full' },
        { name: 'What is ahead?', width: '' },
      ],
    },
    {
      panels: [
        { name: 'What is ahead?', width: 'full' },
        { name: 'What was sold?', width: 'full' },
      ],
    },
  ])
}, 60_000)

test('a panel is moved to the top or the end of a dashboard of many', async () => {
  pinned = [FORECAST, OTHER, { ...FORECAST, name: 'What came back?', place: 2 }]
  show([['2026-01-05', null, 265, 249, 289]])
  await press('What is ahead?', 'Move to the end')
  await press('What came back?', 'Move to the top')
  const orders = sent.map(({ body }) =>
    (body as { panels: { name: string }[] }).panels.map(({ name }) => name),
  )
  expect(orders).toEqual([
    ['What was sold?', 'What came back?', 'What is ahead?'],
    ['What came back?', 'What is ahead?', 'What was sold?'],
  ])
}, 60_000)

test('a person reads who can open their dashboard', async () => {
  show([['2026-01-05', null, 265, 249, 289]])
  expect(await screen.findByText(/^Everybody who may sign in can open it by its link/)).toBeTruthy()
}, 60_000)

test('the link to a dashboard has its filters', async () => {
  const person = userEvent.setup()
  show([['2026-01-05', null, 265, 249, 289]], '/dashboards/mine?place=Alps&from=2026-01-05&until=')
  await person.click(await screen.findByRole('button', { name: 'Copy the link to it' }))
  expect(await navigator.clipboard.readText()).toMatch(
    /#\/dashboards\/mine\?by=ana&place=Alps&from=2026-01-05$/,
  )
}, 60_000)

test('a filter of an address that the dashboard does not have is named', async () => {
  show([['2026-01-05', null, 265, 249, 289]], '/dashboards/mine?place=Alps')
  expect(
    await screen.findByText('“place=Alps” in the address is not applied: nothing here can be filtered.'),
  ).toBeTruthy()
}, 60_000)

test('a person gets their dashboard by mail with the filters of its page', async () => {
  filters = [OF_REGIONS]
  pinned = [{ ...FORECAST, sql: 'SELECT 1 FROM trips' }]
  show([['2026-01-05', null, 265, 249, 289]], '/dashboards/mine?region=Alps', 'ana@example.com')
  await screen.findByRole('group', { name: 'Filters' })
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  await vi.waitFor(() => expect(sent).toHaveLength(1))
  expect(sent).toMatchObject([
    {
      path: '/v1/mails',
      body: { title: 'My dashboard, Region: Alps', dashboard: 'mine', filters: { region: ['Alps'] } },
    },
  ])
  cleanup()
  show([['2026-01-05', null, 265, 249, 289]], '/dashboards/mine?by=ben', 'ana@example.com')
  await screen.findByRole('heading', { name: 'Dashboard of ben' })
  expect(screen.queryByRole('button', { name: 'Send me this by mail' })).toBeNull()
}, 60_000)

test('a panel is renamed', async () => {
  show([['2026-01-05', null, 265, 249, 289]])
  await press('What is ahead?', 'Rename')
  const title = await screen.findByRole('textbox', { name: 'Title' })
  await userEvent.clear(title)
  expect(screen.getByRole('button', { name: 'Save' }).hasAttribute('disabled')).toBe(true)
  await userEvent.type(title, 'Ahead')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  expect(sent).toEqual([
    { method: 'PUT', path: '/v1/kept-questions/name', body: { name: 'What is ahead?', to: 'Ahead' } },
  ])
}, 60_000)

test('a panel that is taken off is put back by Undo', async () => {
  show([['2026-01-05', null, 265, 249, 289]])
  await press('What is ahead?', 'Take off my dashboard')
  expect(await screen.findByText('“What is ahead?” is off your dashboard.')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(screen.queryByText(/is off your dashboard/)).toBeNull()
  expect(sent.map(({ body }) => (body as { is_pinned: boolean }).is_pinned)).toEqual([false, true])
}, 60_000)

test('a pinned forecast has its band, and its answer as its title', async () => {
  show([['2026-01-05', null, 265, 249, 289]])
  expect(await screen.findByRole('heading', { name: /^£265.* is ahead$/ })).toBeTruthy()
  await screen.findByText('drawn')
  expect(drawn.newest?.panel).toMatchObject({ kind: 'fan', bounds: [['low', 'high']] })
  expect(drawn.newest?.units).toEqual({ mean: 'GBP' })
})

test('a pinned panel has its scale and its action', async () => {
  pinned = [{ ...FORECAST, kind: 'line', scale: 'each', series: 'low', action: 'Order more.' }]
  show([['2026-01-05', null, 265, 249, 289]])
  await screen.findByText('drawn')
  expect(drawn.newest?.panel).toMatchObject({ kind: 'line', scale: 'each', series: 'low' })
  expect(await screen.findByText('Order more.')).toBeTruthy()
})

test('a pinned question is drawn as it was saved', async () => {
  const area = { kind: 'line', form: 'area', is_stacked: false, bounds: [], y: ['sold'], series: 'low' }
  pinned = [{ ...FORECAST, ...area }]
  show([['2026-01-05', 1, 265, 249, 289]])
  await screen.findByText('drawn')
  expect(drawn.newest?.panel).toMatchObject({ kind: 'line', form: 'area', is_stacked: false })
  cleanup()
  pinned = [{ ...FORECAST, ...area, form: 'points', is_stacked: null, scale: 'log' }]
  show([['2026-01-05', 1, 265, 249, 289]])
  await screen.findByText('drawn')
  expect(drawn.newest?.panel).toMatchObject({ form: 'points', scale: 'log' })
})

test('a pinned panel without rows says what its dashboard says', async () => {
  show([])
  expect(await screen.findByRole('heading', { name: FORECAST.nothing })).toBeTruthy()
  expect(screen.queryByText(/No row fits/)).toBeNull()
})

test('a pinned panel says how far its figures may be trusted, as the page does that it is from', async () => {
  pinned = [{ ...FORECAST, sql: 'select mean from trips' }]
  show([['2026-01-05', null, 265, 249, 289]])
  expect(await screen.findByText('as of 4 Jan 2026 · off by 12 % · more')).toBeTruthy()
})

test('a pinned table says how many rows it has below those in view', async () => {
  pinned = [{ ...FORECAST, kind: 'table', answer: '' }]
  show(Array.from({ length: 37 }, (_, at) => ['2026-01-05', at, 265, 249, 289]))
  expect(await screen.findByText('37 rows; scroll the table for those below')).toBeTruthy()
})

test('a panel is not asked before the filters that the link carried are there', async () => {
  filters = [OF_REGIONS]
  pinned = [{ ...FORECAST, sql: 'select mean from trips' }]
  const left = {
    title: 'Plan',
    filters: [{ column: 'region', values: ['Alps'], tables: ['plan'], bound: '' }],
  }
  show([['2026-01-05', null, 265, 249, 289]], { pathname: '/dashboards/mine', state: { left } })
  expect(await screen.findByRole('button', { name: 'Remove: Region: Alps' })).toBeTruthy()
  await vi.waitFor(() => expect(asked.some((sql) => sql.includes("WHERE region = 'Alps'"))).toBe(true))
  expect(asked).not.toContain('select mean from trips')
})

test('an empty dashboard of another person does not advise its reader to save a question', async () => {
  show([], '/dashboards/mine?by=ben')
  await screen.findByText(/^ben has no question on a dashboard/)
  expect(screen.getByRole('link', { name: 'All dashboards' }).getAttribute('href')).toBe('/dashboards')
  expect(screen.queryByRole('link', { name: 'Ask a question and save it' })).toBeNull()
}, 60_000)
