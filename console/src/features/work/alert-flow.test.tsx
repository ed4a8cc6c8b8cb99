// @vitest-environment happy-dom
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { Unusual } from '../morning/unusual'
import { showWork } from './test-work-page'

const RULE = {
  name: 'late_files',
  sql: 'SELECT 3 AS value',
  above: 1,
  message: '{value} files are late.',
  remedy: 'Ask for them.',
  panel: 'late',
  unit: '',
  units: {},
}
const BOARD = { system: 'own', title: 'Own', panels: [], queues: [], trust: [], filters: [], alerts: [RULE] }
const HEALTHY = { name: 'runs', state: 'healthy', message: '' }
const DRIFTING = { name: 'tables', state: 'degraded', message: '1 of 3 tables is implausible.' }
let checks = [HEALTHY]
let decisions: object[] = []

function answerTo(url: string, init?: RequestInit): unknown {
  if (url.includes('/v1/decisions') && init?.method === 'POST') {
    const asked = JSON.parse(String(init.body)) as object
    const decision = {
      ...asked,
      decision_id: String(decisions.length),
      decided_by: 'ann',
      decided_at: '2026-11-24T03:00:00',
    }
    decisions = [decision, ...decisions]
    return decision
  }
  if (url.includes('/v1/decisions')) return { decisions }
  if (url.includes('/v1/dashboards')) return { dashboards: [BOARD] }
  if (url.includes('/v1/health')) return { state: 'healthy', checks }
  if (url.includes('/v1/me')) return { name: 'ann', groups: ['operator', 'uploader'] }
  if (url.includes('/rows'))
    return { columns: [{ name: 'value', type: 'bigint' }], rows: [[3]], next_cursor: '' }
  if (url.includes('/v1/queries'))
    return { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
  return { tables: [], runs: [], contracts: [] }
}

beforeEach(() => {
  decisions = []
  checks = [HEALTHY]
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) =>
    Promise.resolve(new Response(JSON.stringify(answerTo(String(url), init)))),
  )
})
afterEach(cleanup)

test('an acknowledged alert can be taken back where it stood, and the count says that it is acknowledged', async () => {
  showWork('/', <Unusual />)
  fireEvent.click(await screen.findByRole('button', { name: 'Acknowledge: late files' }))
  const undo = await screen.findByRole('button', { name: 'Undo: late files' })
  expect(screen.getByTestId('alert-count').textContent).toContain('1 alert, as in the report')
  expect(screen.getByTestId('alert-count').textContent).toContain('One is acknowledged')
  fireEvent.click(undo)
  await screen.findByRole('button', { name: 'Acknowledge: late files' })
  expect(screen.getByTestId('alert-count').textContent).not.toContain('acknowledged')
})

test('the page of alerts lists open ones, and those that are done with who acknowledged them', async () => {
  const first = showWork('/work/alerts')
  fireEvent.click(await screen.findByRole('button', { name: 'Acknowledge: Late files' }))
  await screen.findByText('Late files: acknowledged.')
  expect(screen.getByTestId('queue-counts').textContent).toBe('0 open · 1 done')
  first.unmount()
  showWork('/work/alerts?show=done')
  expect(await screen.findByText('acknowledged')).toBeTruthy()
  expect(screen.getByText(/^ann,/).textContent, 'who and when without opening it').toMatch(/^ann, 24 Nov/)
  fireEvent.click(await screen.findByRole('button', { name: 'Late files' }))
  const history = await screen.findByRole('list', { name: 'History' })
  expect(history.textContent).toContain('ann')
  fireEvent.click(screen.getByRole('button', { name: 'Open again' }))
  await screen.findByText('Nothing was decided yet.')
  cleanup()
  showWork('/work/alerts')
  expect((await screen.findByText(/^opened again,/)).textContent).toMatch(/^opened again, ann, 24 Nov/)
})

test('the page of alerts has those of the lake itself, each with the way to its cause', async () => {
  checks = [HEALTHY, DRIFTING]
  showWork('/work/alerts')
  expect(await screen.findByText('1 of 3 tables is implausible.')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'See the check: tables' }).getAttribute('href')).toBe('#/lake')
})

test('a lake in order has no alert of its own', async () => {
  showWork('/work/alerts')
  expect(
    await screen.findByText('The 1 check of the lake itself is in order; the 1 open alert is listed above.'),
  ).toBeTruthy()
})
