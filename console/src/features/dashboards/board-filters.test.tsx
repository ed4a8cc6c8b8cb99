// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { Board } from './board'
import { EMPTY_PANEL } from './empty-panel'

afterEach(cleanup)

const VALUES = 'SELECT region FROM regions'
const panel = (table: string): Schemas['Panel'] => ({
  ...EMPTY_PANEL,
  name: table,
  question: `Which ${table}?`,
  kind: 'table',
  table,
  sql: `SELECT region FROM ${table}`,
})
const BOARD: Schemas['Dashboard'] = {
  system: 'own',
  title: 'Trips',
  panels: [panel('trips'), panel('visits')],
  filters: [
    {
      name: 'region',
      label: 'Region',
      column: 'region',
      tables: ['trips'],
      values: VALUES,
      whole: '',
      is_from: false,
      is_until: false,
      through: '',
      panels: [],
    },
  ],
  alerts: [],
  queues: [],
  row_pages: [],
  trust: [],
  written_at: '',
  written_by: '',
  written_units: [],
  filters_of_tables: false,
}
const TABLES = ['trips', 'visits'].map((name) =>
  testTable(name, [testColumn('region')], { database: 'lake', system: 'own' }),
)

/** Shows the board with the region XX; `regions` are those that the filter offers, and undefined while they are not read. */
function show(regions: string[] | undefined, board = BOARD): string[] {
  const asked: string[] = []
  function answerTo(path: string, body: string): object | undefined {
    if (path.endsWith('/rows'))
      return {
        columns: [{ name: 'region', type: 'varchar', unit: '', label: '' }],
        rows: path.includes('/values/') ? regions?.map((one) => [one]) : [['Alps']],
        next_cursor: '',
      }
    if (path === '/v1/queries') {
      const { sql } = JSON.parse(body) as { sql: string }
      asked.push(sql)
      if (sql === VALUES && !regions) return undefined
      const query_id = sql === VALUES ? 'values' : 'panel'
      return { query_id, state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
    }
    if (path === '/v1/catalog') return { tables: TABLES }
    if (path === '/v1/me') return { name: 'ana', groups: ['viewer'], role: 'viewer' }
    return {
      annotations: [],
      runs: [],
      mails: [],
      questions: [],
      dashboards: [BOARD],
      systems: [],
      address: '',
    }
  }
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const answer = answerTo(new URL(url).pathname, String(init?.body))
    return answer ? Promise.resolve(Response.json(answer)) : new Promise(() => undefined)
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={['/dashboards/own?region=XX']}>
          <Board board={board} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return asked
}

const PATIENT = { timeout: 20_000 }
const title = (name: string) => screen.findByRole('heading', { name }, PATIENT)

test('the panels of a filtered page are asked at once, without the values of the filter', async () => {
  const asked = show(undefined)
  await title('Which trips?')
  await vi.waitFor(
    () => expect(asked.filter((sql) => sql.includes("region = 'XX'"))).toHaveLength(1),
    PATIENT,
  )
}, 60_000)

test('a value that the filter does not offer hides the panels of the filter only', async () => {
  show(['GB'])
  await screen.findByText(/^No region is XX\./, {}, PATIENT)
  await title('Which visits?')
  expect(screen.queryByRole('heading', { name: 'Which trips?' })).toBeNull()
}, 60_000)

test('where the list of values is withheld, no value is unknown', async () => {
  show([])
  await title('Which trips?')
  await title('Which visits?')
  expect(screen.queryByText(/^No region/)).toBeNull()
}, 60_000)

test('a dashboard with the filters of its tables narrows each of them as an own dashboard does', async () => {
  const asked = show(['XX'], { ...BOARD, filters: [], filters_of_tables: true })
  await title('Which visits?')
  await vi.waitFor(
    () => expect(asked.filter((sql) => sql.includes("region = 'XX'"))).toHaveLength(2),
    PATIENT,
  )
}, 60_000)

test('a panel that no filter narrows is shown once, in its place on a dashboard that a person ordered', async () => {
  const board = { ...BOARD, panels: [panel('visits'), panel('trips')] }
  for (const isOfPerson of [true, false]) {
    show(['XX'], { ...board, filters_of_tables: isOfPerson })
    await title('Which trips?')
    const questions = screen.getAllByRole('heading', { name: /^Which/ }).map(({ textContent }) => textContent)
    const [first, second] = isOfPerson ? ['visits', 'trips'] : ['trips', 'visits']
    expect(questions).toEqual([`Which ${first}?`, `Which ${second}?`])
    expect(screen.getAllByTestId('ignored-filters').map(({ textContent }) => textContent)).toEqual([
      `The filter “Region” does not apply ${isOfPerson ? 'here' : 'to the panels below'}.`,
    ])
    cleanup()
  }
}, 60_000)
