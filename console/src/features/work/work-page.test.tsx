// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testDecision } from './test-decisions'
import { showWork } from './test-work-page'

const queue = (name: string, title: string) => ({
  name,
  title,
  table: name,
  sql: `SELECT item_id FROM ${name}`,
  unit: '',
  actions: [{ name: 'done', label: 'Done', key: 'd', meaning: '', returns_after_days: 0, note_prompt: '' }],
  evidence: [],
  units: {},
})
const BOARD = {
  system: 'own',
  title: 'Own',
  panels: [],
  queues: [queue('machines', 'Machines to stop'), queue('visits', 'Visits to plan')],
  trust: [],
  filters: [],
  alerts: [],
}
const MACHINES = {
  system: 'own',
  name: 'machines',
  database: 'lake',
  columns: [
    { name: 'item_id', type: 'varchar' },
    { name: 'hall', type: 'varchar' },
  ],
}
const RUN = { name: 'n', state: 'succeeded', started_at: '2026-11-24T01:00:00' }
let items: Record<string, string[]> = {}
const read: string[] = []
let decided: object[] = []
let alerts: object[] = []
let filters: object[] = []
let panels: object[] = []
let checks: object[] = []
let waiting: object = {}
/** How many items a queue counts but does not list. */
let further = 0
/** The value of each item of a queue. */
let values: Record<string, number> = {}
/** The statement of what the lake lacks for the work of the first queue. */
let missing = ''

function answerTo(url: string, init?: RequestInit): unknown {
  if (url.includes('/v1/decisions') && init?.method === 'POST')
    return {
      ...(JSON.parse(String(init.body)) as object),
      decision_id: '1',
      decided_by: 'ann',
      decided_at: '2026-11-24T03:00:00',
    }
  if (url.includes('/v1/decisions')) return { decisions: url.includes('machines') ? decided : [] }
  if (url.includes('/v1/dashboards')) {
    const queues = BOARD.queues.map((one, at) => ({ ...one, missing_sql: at === 0 ? missing : '' }))
    return { dashboards: [{ ...BOARD, queues, alerts, filters, panels }] }
  }
  if (url.includes('/tables/machines')) return { version: '1.0.0', rows: 0, as_of: '2026-11-24' }
  if (url.includes('/v1/quarantine')) return waiting
  if (url.includes('/v1/health')) return { state: 'healthy', checks }
  if (url.includes('/v1/me')) return { name: 'ann', groups: ['operator', 'uploader'] }
  if (url.includes('/rows')) {
    const [, name = ''] = /queries\/([a-z]+)/.exec(url) ?? []
    const rows = (items[name] ?? []).map((id) => [
      id,
      (items[name] ?? []).length + further,
      values[name] ?? null,
    ])
    const columns = [
      { name: 'item_id', type: 'varchar' },
      { name: 'row_count', type: 'bigint' },
      { name: 'value', type: 'double' },
    ]
    return { columns, rows, next_cursor: '' }
  }
  if (url.includes('/v1/queries')) {
    const { sql = '' } = init?.body ? (JSON.parse(String(init.body)) as { sql?: string }) : {}
    read.push(sql)
    return { query_id: sql.split(' ').at(-1), state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
  }
  return { tables: [MACHINES], runs: [RUN], contracts: [] }
}

beforeEach(() => {
  read.length = 0
  sessionStorage.clear()
  missing = ''
  values = {}
  filters = []
  panels = []
  ;[decided, alerts, checks, waiting, further] = [[], [], [], { waiting: [], files_waiting: 0 }, 0]
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(answerTo(String(url), init)))),
  )
})
afterEach(cleanup)

/** Answers to requests whose statement has a name come after `release`. */
function holdAnswersTo(name: string): { held: (() => void)[]; release: () => void } {
  const held: (() => void)[] = []
  vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) => {
    const answer = new Response(JSON.stringify(answerTo(String(url), init)))
    return typeof init?.body === 'string' && init.body.includes(name)
      ? new Promise((resolve) => held.push(() => resolve(answer)))
      : Promise.resolve(answer)
  })
  return { held, release: () => held.forEach((resolve) => resolve()) }
}

test('the page opens at the first queue in which something waits, and each queue says how much', async () => {
  items = { machines: [], visits: ['7', '8'] }
  showWork('/work')
  expect(await screen.findByRole('heading', { name: 'Visits to plan' })).toBeTruthy()
  const nav = screen.getByRole('navigation', { name: 'Queues' })
  expect([...nav.children].map((one) => one.textContent)).toEqual([
    'Machines to stop',
    'Visits to plan (2)',
    'Alerts',
    'Rows to fix',
  ])
})

test('of the queues in which something waits the page opens at the one with the largest amount, as Morning lists them', async () => {
  items = { machines: ['5'], visits: ['7', '8'] }
  values = { machines: 606, visits: 40_450 }
  showWork('/work')
  expect(await screen.findByRole('heading', { name: 'Visits to plan' })).toBeTruthy()
})

test('who decides the last item of a queue stays there', async () => {
  items = { machines: ['5'], visits: ['7'] }
  showWork('/work')
  await userEvent.click(await screen.findByRole('button', { name: 'Done: 5' }))
  expect(await screen.findByText(/0 open/)).toBeTruthy()
  expect(screen.getByRole('heading', { name: 'Machines to stop' })).toBeTruthy()
})

test('where nothing waits the page opens at the first queue', async () => {
  items = {}
  showWork('/work')
  expect(await screen.findByRole('heading', { name: 'Machines to stop' })).toBeTruthy()
})

test('rows to fix are counted by file, of which one that needs a decision has no refused rows', async () => {
  items = { machines: ['5'] }
  waiting = { waiting: [{ state: 'needs_mapping', rows: 0 }], files_waiting: 250 }
  showWork('/work/machines')
  expect(await screen.findByText('Rows to fix (250 files)')).toBeTruthy()
})

test('alerts have a number when all of their answers are there, also those of the dashboards', async () => {
  items = { machines: ['5'] }
  checks = [{ name: 'freshness', state: 'degraded', message: 'old' }]
  showWork('/work/machines')
  expect(await screen.findByText('Alerts (1)')).toBeTruthy()
  cleanup()
  sessionStorage.clear()
  alerts = [{ name: 'late', sql: 'SELECT value FROM late', panel: '', message: '', units: {}, unit: '' }]
  const { held, release } = holdAnswersTo('late')
  showWork('/work/machines')
  await screen.findByRole('button', { name: 'Done: 5' })
  await vi.waitFor(() => expect(held).toHaveLength(1))
  expect(screen.getByText('Alerts (…)')).toBeTruthy()
  release()
  expect(await screen.findByText('Alerts (1)')).toBeTruthy()
})

test('a queue whose listed items are all decided is not the first to do', async () => {
  items = { machines: ['5'], visits: ['7'] }
  decided = [testDecision('5', 'done', { decided_at: '2026-11-24T03:00:00' })]
  further = 120
  showWork('/work')
  expect(await screen.findByRole('heading', { name: 'Visits to plan' })).toBeTruthy()
})

test('what was decided stays done after a run that leaves it out, and can be opened again', async () => {
  items = { machines: ['5'] }
  decided = [testDecision('1004', 'done')]
  showWork('/work/machines?show=done')
  expect(await screen.findByText(/1 open · 1 done/)).toBeTruthy()
  await userEvent.click(await screen.findByRole('button', { name: 'Open again' }))
  expect(await screen.findByText(/opened again\. The next run lists it if it still waits\./)).toBeTruthy()
  expect(screen.getByText(/1 open · 0 done · 1 opened again, to be listed by the next run/)).toBeTruthy()
  await userEvent.click(screen.getByText('open', { selector: 'label *' }))
  expect(await screen.findByRole('button', { name: 'Done: 1004' })).toBeTruthy()
})

test('an empty queue keeps its decided items, too', async () => {
  items = { machines: [] }
  decided = [testDecision('1004', 'done')]
  showWork('/work/machines?show=done')
  expect(await screen.findByRole('button', { name: 'Open again' })).toBeTruthy()
})

test('an address names its queue, which is read before the others are counted', async () => {
  items = { machines: ['5'], visits: ['7'] }
  const { held, release } = holdAnswersTo('machines')
  showWork('/work/machines')
  expect(await screen.findByRole('heading', { name: 'Machines to stop' })).toBeTruthy()
  expect(await screen.findByText('Visits to plan (…)')).toBeTruthy()
  await vi.waitFor(() => expect(held).toHaveLength(1))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(read).toEqual(['SELECT item_id FROM machines'])
  release()
  expect(await screen.findByText('Visits to plan (1)')).toBeTruthy()
})

test('a queue that is not read keeps the number that the tab counted last', async () => {
  items = { machines: ['5'], visits: ['7', '8'] }
  waiting = { waiting: [], files_waiting: 3 }
  showWork('/work')
  expect(await screen.findByText('Visits to plan (2)')).toBeTruthy()
  expect(await screen.findByText('Rows to fix (3 files)')).toBeTruthy()
  cleanup()
  read.length = 0
  showWork('/work/machines')
  expect(await screen.findByText('Machines to stop (1)')).toBeTruthy()
  expect(screen.getByText('Visits to plan (2)')).toBeTruthy()
  expect(screen.getByText('Rows to fix (3 files)')).toBeTruthy()
  expect(read).not.toContain('SELECT item_id FROM visits')
})

test('the list comes after what the lake lacks for its work, which would push it down', async () => {
  items = { machines: ['5'], lacking: ['No phone number is known.'] }
  missing = 'SELECT words FROM lacking'
  const { held, release } = holdAnswersTo('lacking')
  showWork('/work/machines')
  await vi.waitFor(() => expect(held).toHaveLength(1))
  await vi.waitFor(() => expect(read).toContain('SELECT item_id FROM machines'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(screen.queryByRole('button', { name: 'Done: 5' })).toBeNull()
  release()
  expect(await screen.findByText(/No phone number is known\./)).toBeTruthy()
  expect(await screen.findByRole('button', { name: 'Done: 5' })).toBeTruthy()
})

test('the figures and the alerts of the lake are sections whose names stay when their number changes', async () => {
  items = { machines: ['5'] }
  checks = [{ name: 'freshness', state: 'degraded', message: 'old' }]
  showWork('/work/alerts')
  expect(await screen.findByRole('heading', { level: 2, name: 'Figures of the dashboards' })).toBeTruthy()
  expect(await screen.findByRole('heading', { level: 2, name: 'Alerts of the lake: 1 open' })).toBeTruthy()
  expect(screen.getByRole('region', { name: 'Alerts of the lake' })).toBeTruthy()
})

test('a queue that a dashboard opens under its filter lists the items of this filter, until all are asked for', async () => {
  items = { machines: ['5'] }
  filters = [
    {
      name: 'hall',
      label: 'Hall',
      column: 'hall',
      tables: ['machines'],
      values: 'SELECT DISTINCT hall FROM halls',
      whole: '',
      is_from: false,
      is_until: false,
      through: '',
      panels: [],
    },
  ]
  showWork('/work/machines?hall=north')
  expect((await screen.findByTestId('queue-filters')).textContent).toBe('Only Hall: north')
  expect(await screen.findByText(/1 open/)).toBeTruthy()
  expect(read).toContain(
    "WITH machines AS (\n  SELECT item_id, hall\n  FROM lake.machines\n  WHERE hall = 'north'\n)\nSELECT item_id FROM machines",
  )
  expect(read).not.toContain('SELECT item_id FROM machines')
  await userEvent.click(screen.getByRole('button', { name: 'Show all' }))
  await vi.waitFor(() => expect(read).toContain('SELECT item_id FROM machines'))
  expect(screen.queryByTestId('queue-filters')).toBeNull()
})

test('a filter of the address that a queue lacks is said, with the dashboard on which to filter', async () => {
  items = { machines: ['5'] }
  showWork('/work/machines?region=GB&show=open')
  expect(
    await screen.findByText(/“region=GB” in the address is not applied: nothing here can be filtered/),
  ).toBeTruthy()
  expect(await screen.findByRole('link', { name: /^Filter on “/ })).toBeTruthy()
  expect(await screen.findByText(/1 open/)).toBeTruthy()
})

test('an empty queue says what its list on the dashboard says of no rows, also where the table has none', async () => {
  items = { machines: [] }
  const list = { name: 'list', kind: 'table', table: 'machines', queue: 'machines', sql: '', details: [] }
  panels = [{ ...list, nothing: 'No machine runs too hot.' }]
  showWork('/work/machines')
  expect(await screen.findByText('No machine runs too hot.')).toBeTruthy()
})

test('a queue is found by the words of its title, as a person types its address', async () => {
  items = { machines: [], visits: ['7', '8'] }
  showWork('/work/visits_to_plan')
  expect(await screen.findByRole('heading', { name: 'Visits to plan' })).toBeTruthy()
})
