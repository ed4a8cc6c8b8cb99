// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testDecision } from './test-decisions'
import { showWork } from './test-work-page'

const QUEUE = {
  name: 'calls',
  title: 'Calls',
  table: 'risks',
  unit: '',
  units: {},
  sql: 'SELECT 1 AS item_id',
  missing_sql: '',
  evidence: [],
  actions: [{ name: 'called', label: 'Called', key: 'c', meaning: '' }],
}
const FIGURE = {
  name: 'open',
  kind: 'kpi',
  table: 'risks',
  queue: 'calls',
  sql: 'SELECT 0 AS value',
  action: 'Call them from the top of the queue.',
  details: ['{item_id} were approved by the rule.'],
  units: {},
}
const BOARD = {
  system: 'own',
  title: 'Own',
  panels: [FIGURE],
  queues: [QUEUE],
  trust: [],
  filters: [],
  alerts: [],
}
const MEMBER_ID = { name: 'member_id', type: 'bigint', personal: false, primary_key: true, references: '' }
const TABLES = ['', 'own'].map((system) => ({
  name: system ? 'risks' : 'members',
  system,
  columns: [MEMBER_ID],
  amount: [],
}))
let decisions: Response | undefined
/** What the figure says of an empty queue. */
let nothing: string | null = null
let figureWasRead = false

function answerTo(url: string, sql: string): object {
  if (url.includes('/v1/dashboards')) return { dashboards: [BOARD] }
  if (url.includes('/v1/me')) return { name: 'ann', groups: ['operator'] }
  if (url.includes('/v1/catalog')) return { tables: TABLES }
  if (url.includes('/rows')) {
    figureWasRead ||= url.includes('figure')
    return {
      columns: ['item_id', 'title_action', 'title_nothing'].map((name) => ({ name, type: 'varchar' })),
      rows: url.includes('figure') ? [[9451, 'Work through the queue.', nothing]] : [],
      next_cursor: '',
    }
  }
  if (url.includes('/v1/queries'))
    return {
      query_id: sql === FIGURE.sql ? 'figure' : 'q',
      state: 'succeeded',
      scanned_bytes: 0,
      cost_usd: '0',
    }
  return { tables: [], runs: [], contracts: [], checks: [] }
}

beforeEach(() => {
  decisions = undefined
  nothing = 'Nothing waits.'
  figureWasRead = false
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, { body }: RequestInit = {}) => {
    const { sql = '' } = JSON.parse(String(body ?? '{}')) as { sql?: string }
    if (!String(url).includes('/v1/decisions'))
      return Promise.resolve(Response.json(answerTo(String(url), sql)))
    return decisions ? Promise.resolve(decisions.clone()) : new Promise(() => undefined)
  })
})
afterEach(cleanup)

const decision = (item_id: string, action: string) =>
  testDecision(item_id, action, { decided_at: '2026-11-24T03:00:00' })

async function shown(): Promise<HTMLElement> {
  showWork('/work/calls')
  return screen.findByTestId('queue-decided')
}

test('an empty queue names the newest decision that stands, with the way to its row', async () => {
  decisions = Response.json({
    decisions: [decision('7', 'reopen'), decision('7', 'called'), decision('4', 'called')],
  })
  const words = await shown()
  await vi.waitFor(() =>
    expect(words.textContent).toMatch(
      /^Decided last: Member 4, Called, by ann, .*Nothing waits. 9451 were approved by the rule. The page Own/,
    ),
  )
  expect((await screen.findByRole('link', { name: '4' })).getAttribute('href')).toBe('#/rows/members/4')
})

test('an empty queue without a decision says so', async () => {
  decisions = Response.json({ decisions: [] })
  const words = await shown()
  await vi.waitFor(() => expect(words.textContent).toContain('Nothing was decided here yet. Nothing waits.'))
})

test('an empty queue whose decisions are not there says nothing of them', async () => {
  const words = await shown()
  await vi.waitFor(() =>
    expect(words.textContent).toBe(
      'Nothing waits. 9451 were approved by the rule. The page Own shows the figures, and the table Risks all rows.',
    ),
  )
})

test('an empty queue asks for nothing that is only to be done with items', async () => {
  nothing = null
  decisions = Response.json({ decisions: [] })
  const words = await shown()
  await vi.waitFor(() => expect(figureWasRead).toBe(true))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(words.textContent).toBe(
    'Nothing was decided here yet. The page Own shows the figures, and the table Risks all rows.',
  )
})
