// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { DashboardPage } from '../dashboards/dashboard-page'
import { testDecision } from '../work/test-decisions'
import { ReportPage } from './report-page'

const panel = (name: string, kind: string) => ({
  ...{ name, kind, table: 'late', queue: 'calls', question: `Which ${name}?`, action: '', answer: '' },
  ...{ details: [], units: {}, unit: '', rows: [], keeps: [], found_by: [], nothing: '', before_label: '' },
  sql: `SELECT count_if(waits) AS value, '${name}' AS title_name FROM late`,
})
const BOARD = {
  ...{ system: 'guests', title: 'Guests', trust: [], filters: [], alerts: [], questions: [], written_by: '' },
  panels: [panel('first', 'kpi'), panel('second', 'kpi'), panel('list', 'table')],
  queues: [
    {
      ...{
        name: 'calls',
        title: 'Calls',
        table: 'late',
        unit: '',
        units: {},
        sql: 'SELECT item_id FROM late',
      },
      ...{ decided: 'guest IN ({item_ids})', waits: 'waits', evidence: [] },
      actions: [{ name: 'called', label: 'Called', key: 'c', meaning: '', returns_after_days: 0 }],
    },
  ],
}
const TABLES = [
  {
    ...{ name: 'late', system: 'guests', database: 'lake', amount: [] },
    columns: [{ name: 'guest' }, { name: 'waits' }],
  },
]
let asked: string[] = []

function answerTo(url: string, body: string): object {
  if (url.includes('/v1/decisions')) return { decisions: [testDecision('7', 'called')] }
  if (url.includes('/v1/dashboards')) return { dashboards: [BOARD] }
  if (url.includes('/v1/catalog')) return { tables: TABLES }
  if (url.includes('/v1/me')) return { name: 'ann', groups: ['viewer'] }
  if (url.includes('/rows'))
    return { columns: [{ name: 'value', type: 'bigint' }], rows: [[2]], next_cursor: '' }
  if (url.includes('/v1/queries')) {
    const { sql = '' } = JSON.parse(body) as { sql?: string }
    asked.push(sql)
    return { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
  }
  return {
    tables: [],
    runs: [],
    contracts: [],
    checks: [],
    files: [],
    lines: [],
    dashboards: [],
    shelves: [],
  }
}

beforeEach(() => {
  asked = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, { body }: RequestInit = {}) =>
    Promise.resolve(Response.json(answerTo(String(url), String(body ?? '{}')))),
  )
})
afterEach(cleanup)

test.each(['/report', '/dashboards/guests'])(
  'the first figures of a new tab at %s are those after the decisions',
  async (at) => {
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
          <MemoryRouter initialEntries={[at]}>
            <Routes>
              <Route path="/report" element={<ReportPage />} />
              <Route path="/dashboards/:system" element={<DashboardPage />} />
            </Routes>
          </MemoryRouter>
        </QueryClientProvider>
      </MantineProvider>,
    )
    const ofPanels = () => asked.filter((sql) => sql.includes('title_name'))
    await vi.waitFor(() => expect(ofPanels().length).toBeGreaterThan(1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(ofPanels().filter((sql) => !sql.includes("guest IN ('7')"))).toEqual([])
  },
)

test('who prints at once gets the report with all of its parts', async () => {
  const print = vi.fn()
  vi.stubGlobal('print', print)
  const slow: (() => void)[] = []
  vi.stubGlobal('fetch', (url: string | URL | Request, { body }: RequestInit = {}) => {
    const answer = Response.json(answerTo(String(url), String(body ?? '{}')))
    return String(url).includes('/v1/dashboards')
      ? new Promise((resolve) => slow.push(() => resolve(answer)))
      : Promise.resolve(answer)
  })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <ReportPage />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  fireEvent.click(await screen.findByRole('button', { name: 'Print or save as PDF' }))
  await new Promise((resolve) => setTimeout(resolve, 1600))
  expect(print).not.toHaveBeenCalled()
  slow.forEach((resolve) => resolve())
  await vi.waitFor(() => expect(print).toHaveBeenCalled(), 5000)
  expect(screen.getAllByText('Guests').length).toBeGreaterThan(0)
}, 15_000)
