// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { QueryPage } from './query-page'

interface EditorProps {
  sql: string
  onChange: (sql: string) => void
  onRun: () => void
}

vi.mock('./editor', () => ({
  default: ({ sql, onChange, onRun }: EditorProps) => (
    <textarea
      aria-label="Statement"
      value={sql}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.ctrlKey && onRun()}
    />
  ),
}))

const ASKED = 'SELECT name FROM trips'
const EDITED = 'SELECT name FROM visits'
const OTHER = 'SELECT days FROM visits'
const WRONG = 'SELECT days FROM visit'
const QUERY = { query_id: 'q1', state: 'succeeded', sql: 'SELECT name FROM "lake"."trips"', first_rows: 0 }
/** The whole page loads in a test, which takes some seconds on a busy machine. */
const PATIENT = { timeout: 20_000 }
let sent: unknown[] = []
let started: string[] = []

function answerTo(url: string, init?: RequestInit): object {
  if (url.includes('/q3/rows'))
    return {
      columns: [
        { name: 'region', type: 'varchar' },
        { name: 'days', type: 'bigint' },
      ],
      rows: [
        ['Alps', 3],
        ['Bay', 4],
      ],
      next_cursor: '',
    }
  if (url.endsWith('/q3')) return { ...QUERY, query_id: 'q3', scanned_bytes: 0, cost_usd: '0', error: '' }
  if (url.includes('/q2/rows'))
    return { columns: [{ name: 'days', type: 'bigint' }], rows: [[3]], next_cursor: '' }
  if (url.includes('/rows'))
    return { columns: [{ name: 'name', type: 'varchar' }], rows: [['Alps']], next_cursor: '' }
  if (url.endsWith('/v1/queries')) started.push(String(init?.body))
  if (String(init?.body).includes(OTHER)) return { ...QUERY, query_id: 'q2', scanned_bytes: 0, cost_usd: '0' }
  if (String(init?.body).includes(WRONG)) throw new TypeError('no such table')
  if (url.includes('/v1/queries')) return { ...QUERY, scanned_bytes: 0, cost_usd: '0', error: '' }
  if (url.includes('/v1/questions')) return { questions: [{ name: 't', description: 'Trips', sql: ASKED }] }
  if (url.includes('/v1/kept-questions')) {
    if (init?.method === 'PUT') sent.push(JSON.parse(String(init.body)))
    return { questions: [] }
  }
  if (url.endsWith('/v1/me')) return { name: 'ann', groups: [] }
  if (url.includes('/v1/mails')) return { mails: [] }
  const columns = [{ name: 'name', type: 'varchar', personal: false }]
  return { tables: ['trips', 'visits'].map((name) => ({ name, system: '', database: 'lake', columns })) }
}

beforeEach(() => {
  sent = []
  started = []
  window.location.hash = '#/query' // a link inside the console, whose statement runs at once
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) =>
    Promise.resolve(
      String(url).endsWith('/v1/queries/nope')
        ? Response.json({ title: 'Not found' }, { status: 404 })
        : Response.json(answerTo(String(url), init)),
    ),
  )
})
afterEach(() => {
  cleanup()
  localStorage.clear()
})

const Address = () => <output data-testid="address">{useLocation().search}</output>

const show = (address = `/query?sql=${encodeURIComponent(ASKED)}`) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[address]}>
          <QueryPage />
          <Address />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

test('an answer keeps its question, tables and statement while another statement is written', async () => {
  show()
  const title = () => screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  await title()
  const origin = () => document.querySelector('[data-answer-origin]')?.textContent
  await vi.waitFor(() => expect(origin()).toBe('From Trips'), PATIENT)
  fireEvent.change(await screen.findByLabelText('Statement', {}, PATIENT), { target: { value: EDITED } })
  expect(origin()).toBe('From Trips')
  await title()
  fireEvent.click(screen.getByText('Save this question'))
  await screen.findByLabelText('Name of the question', {}, PATIENT)
  fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  await vi.waitFor(() => expect(sent).toMatchObject([{ name: 'Trips', sql: ASKED }]), PATIENT)
}, 60_000)

test('the statement of a saved question takes few lines until it is changed', async () => {
  show()
  const statement = await screen.findByLabelText('Statement', {}, PATIENT)
  const isShort = () => statement.closest('.query-statement')?.classList.contains('of-question')
  await vi.waitFor(() => expect(isShort()).toBe(true), PATIENT)
  fireEvent.change(statement, { target: { value: EDITED } })
  expect(isShort()).toBe(false)
}, 60_000)

test('a link to an answer has the statement that it answers', async () => {
  show()
  const address = () => new URLSearchParams(screen.getByTestId('address').textContent)
  await vi.waitFor(() => expect(address().get('run')).toBe('q1'), PATIENT)
  fireEvent.change(await screen.findByLabelText('Statement', {}, PATIENT), { target: { value: EDITED } })
  fireEvent.click(screen.getByLabelText('chart'))
  await vi.waitFor(() => expect(address().get('view')).toBe('chart'), PATIENT)
  expect(address().get('sql')).toBe(ASKED)
}, 60_000)

test('a chart stays while its statement is refined, and an answer with other columns is a table', async () => {
  show()
  const address = () => new URLSearchParams(screen.getByTestId('address').textContent)
  await vi.waitFor(() => expect(address().get('run')).toBe('q1'), PATIENT)
  const statement = await screen.findByLabelText('Statement', {}, PATIENT)
  fireEvent.click(screen.getByLabelText('chart'))
  await vi.waitFor(() => expect(address().get('view')).toBe('chart'), PATIENT)
  const run = async (sql: string) => {
    fireEvent.change(statement, { target: { value: sql } })
    fireEvent.keyDown(statement, { key: 'Enter', ctrlKey: true })
    await vi.waitFor(() => expect(address().get('sql')).toBe(sql), PATIENT)
    await vi.waitFor(() => expect(address().get('run')).toBeTruthy(), PATIENT)
  }
  await run(EDITED)
  expect(address().get('view')).toBe('chart')
  await run(OTHER)
  expect(address().get('view')).toBe('table')
  expect(screen.getByLabelText('table')).toHaveProperty('checked', true)
}, 60_000)

test('nothing runs without a statement, and the page says that one is missing', async () => {
  show()
  await screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  const before = started.length
  expect(before).toBeGreaterThan(0)
  const statement = await screen.findByLabelText('Statement', {}, PATIENT)
  fireEvent.change(statement, { target: { value: ' ' } })
  fireEvent.keyDown(statement, { key: 'Enter', ctrlKey: true })
  await screen.findByText(/^Write a statement first/, {}, PATIENT)
  expect(screen.getByText('Trips', { selector: 'h2' })).toBeTruthy()
  expect(started).toHaveLength(before)
  fireEvent.change(statement, { target: { value: EDITED } })
  fireEvent.keyDown(statement, { key: 'Enter', ctrlKey: true })
  await vi.waitFor(() => expect(started).toHaveLength(before + 1), PATIENT)
}, 60_000)

test('a statement that was answered is among the last ones, and a click writes it into the editor', async () => {
  show()
  await screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  const entry = await screen.findByRole('button', { name: ASKED, hidden: true }, PATIENT)
  expect(entry.closest('li')?.textContent).toMatch(/, 1 row$/)
  const statement = await screen.findByLabelText<HTMLTextAreaElement>('Statement', {}, PATIENT)
  fireEvent.change(statement, { target: { value: EDITED } })
  expect(screen.queryByRole('button', { name: EDITED, hidden: true })).toBeNull()
  fireEvent.click(entry)
  expect(statement.value).toBe(ASKED)
}, 60_000)

test('an address with a question that does not exist says so', async () => {
  show('/query?question=nope')
  await screen.findByText('No question is named nope', {}, PATIENT)
  expect(started).toEqual([])
  cleanup()
  show('/query?question=t')
  await screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  expect(screen.queryByText(/^No question is named/)).toBeNull()
}, 60_000)

test('an address of an answer that is gone says so, and its statement can be run again', async () => {
  show('/query?run=nope')
  await screen.findByText('No answer is named nope', {}, PATIENT)
  cleanup()
  show(`/query?sql=${encodeURIComponent(ASKED)}&run=nope`)
  await screen.findByText('No answer is named nope', {}, PATIENT)
  await screen.findByText('Run the statement to see its rows.', {}, PATIENT)
  fireEvent.keyDown(await screen.findByLabelText('Statement', {}, PATIENT), { key: 'Enter', ctrlKey: true })
  await screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  expect(screen.queryByText('No answer is named nope')).toBeNull()
}, 60_000)

test('the link of a mail shows its answer at once, also one that names the answer alone', async () => {
  show('/query?run=q1')
  await screen.findByTestId('query-summary', {}, PATIENT)
  expect(await screen.findByLabelText('Statement', {}, PATIENT)).toHaveProperty('value', QUERY.sql)
  cleanup()
  show(`/query?sql=${encodeURIComponent(OTHER)}&view=chart&x=region&y=days&kind=bar&run=q3`)
  await vi.waitFor(() => expect(document.querySelector('[data-answer-chart]')).toBeTruthy(), PATIENT)
  expect(started).toEqual([])
}, 60_000)

test('a statement of another person is opened and waits for a person to run it', async () => {
  show(`/query?sql=${encodeURIComponent(ASKED)}&view=table&run=`)
  await screen.findByText('Run the statement to see its rows.', {}, PATIENT)
  expect(await screen.findByLabelText('Statement', {}, PATIENT)).toHaveProperty('value', ASKED)
  expect(started).toEqual([])
}, 60_000)

test('a statement that was not answered is kept where one of the last statements replaces it', async () => {
  show()
  const statement = await screen.findByLabelText('Statement', {}, PATIENT)
  await vi.waitFor(() => expect(document.querySelectorAll('.history li')).toHaveLength(1), PATIENT)
  fireEvent.change(statement, { target: { value: EDITED } })
  fireEvent.click(screen.getByTitle(ASKED))
  expect(statement).toHaveProperty('value', ASKED)
  const entries = [...document.querySelectorAll('.history li')].map((entry) => entry.textContent)
  expect(entries).toHaveLength(2)
  expect(entries[0]).toMatch(/^SELECT name FROM visits .*, without an answer$/)
  expect(entries[1]).toMatch(/^SELECT name FROM trips .*, 1 row$/)
  fireEvent.click(screen.getByTitle(EDITED))
  expect(statement).toHaveProperty('value', EDITED)
  expect(document.querySelectorAll('.history li')).toHaveLength(2)
}, 60_000)

test('what was written is in the editor when the person comes back, and a failed statement is in the list', async () => {
  show('/query')
  const editor = () => screen.findByLabelText('Statement', {}, PATIENT)
  await screen.findAllByText('Trips', {}, PATIENT) // the API has named the caller
  fireEvent.change(await editor(), { target: { value: WRONG } })
  fireEvent.keyDown(await editor(), { key: 'Enter', ctrlKey: true })
  await screen.findByText('without an answer', { exact: false }, PATIENT)
  fireEvent.change(await editor(), { target: { value: EDITED } })
  cleanup()
  show('/query')
  await vi.waitFor(async () => expect(await editor()).toHaveProperty('value', EDITED), PATIENT)
  expect(screen.getByText(WRONG)).toBeTruthy()
}, 60_000)

test('a statement that did not run is offered where the address has another, and stays in the list when one writes over it', async () => {
  const answered = `/query?sql=${encodeURIComponent(ASKED)}&run=q1`
  const editor = () => screen.findByLabelText('Statement', {}, PATIENT)
  show(answered)
  await screen.findByText('Trips', { selector: 'h2' }, PATIENT)
  fireEvent.change(await editor(), { target: { value: EDITED } })
  cleanup() // the page is loaded again, as after a sign-in
  show(answered)
  expect(await editor()).toHaveProperty('value', ASKED)
  fireEvent.click(await screen.findByRole('button', { name: 'Write it into the editor' }, PATIENT))
  expect(await editor()).toHaveProperty('value', EDITED)
  expect(screen.queryByRole('button', { name: 'Write it into the editor' })).toBeNull()
  cleanup()
  show(answered)
  await screen.findByRole('button', { name: 'Write it into the editor' }, PATIENT)
  fireEvent.change(await editor(), { target: { value: OTHER } })
  expect(await screen.findByTitle(EDITED, {}, PATIENT)).toBeTruthy()
}, 60_000)

test('the fields of a question run it with their values, which its link and what is saved have', async () => {
  const sql = 'SELECT name FROM trips WHERE region = :region\n-- :region text = Alps'
  show(`/query?sql=${encodeURIComponent(sql)}&p.region=Bay`)
  await screen.findByTestId('query-summary', {}, PATIENT)
  expect(JSON.parse(started[0] ?? '')).toMatchObject({ sql, values: { region: 'Bay' } })
  fireEvent.change(screen.getByLabelText('Region'), { target: { value: "Côte d'Or" } })
  fireEvent.click(screen.getByRole('button', { name: 'Run with these values' }))
  await vi.waitFor(() => expect(started).toHaveLength(2), PATIENT)
  expect(JSON.parse(started[1] ?? '')).toMatchObject({ sql, values: { region: "Côte d'Or" } })
  await vi.waitFor(() => {
    const address = document.querySelector('[data-testid=address]')?.textContent ?? ''
    expect(new URLSearchParams(address.split('?')[1]).get('p.region')).toBe("Côte d'Or")
  }, PATIENT)
  fireEvent.click(await screen.findByRole('button', { name: 'Save this question' }, PATIENT))
  fireEvent.change(await screen.findByLabelText('Name of the question'), { target: { value: 'Trips of' } })
  fireEvent.click(await screen.findByRole('button', { name: 'Save' }))
  await vi.waitFor(() => expect(sent).toHaveLength(1), PATIENT)
  expect(sent[0]).toMatchObject({ sql: sql.replace('Alps', "Côte d'Or") })
  fireEvent.change(screen.getByLabelText('Type of region'), { target: { value: 'number' } })
  expect(screen.getByLabelText('Statement')).toHaveProperty('value', sql.replace('text', 'number'))
  expect(screen.getByRole('button', { name: 'Run with these values' })).toHaveProperty('disabled', true)
}, 60_000)

test('a day that does not exist is not asked with: the earlier one would run below it', async () => {
  const sql = 'SELECT name FROM trips WHERE day >= :since\n-- :since date = 2010-10-01'
  show(`/query?sql=${encodeURIComponent(sql)}`)
  await screen.findByTestId('query-summary', {}, PATIENT)
  const run = screen.getByRole('button', { name: 'Run with these values' })
  fireEvent.change(screen.getByLabelText('Since'), { target: { value: '31.02.2010' } })
  expect(run).toHaveProperty('disabled', true)
  fireEvent.change(screen.getByLabelText('Since'), { target: { value: '28.02.2010' } })
  expect(run).toHaveProperty('disabled', false)
}, 60_000)

test('a statement whose fields lack a value shows no earlier answer, and says which value it needs', async () => {
  show('/query?sql=SELECT name FROM trips')
  await screen.findByTestId('query-summary', {}, PATIENT)
  const editor = screen.getByLabelText('Statement')
  fireEvent.change(editor, { target: { value: 'SELECT name FROM trips WHERE region = :region' } })
  fireEvent.keyDown(editor, { key: 'Enter', ctrlKey: true })
  await screen.findByText('Give Region a value, then run the statement.', {}, PATIENT)
  expect(screen.queryByTestId('query-summary')).toBeNull()
}, 60_000)
