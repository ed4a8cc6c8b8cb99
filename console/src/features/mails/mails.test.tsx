// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { zone } from '../../formats/moments'
import { type FigurePanel, figurePanelOf, limitOf, whyNoLimit } from './limit-fields'
import { MailList } from './mail-list'
import { MailMe } from './mail-me'
import { mailedWords } from './mail-rows'
import type { Result } from '../query/results'
import { OwnAlerts } from './own-alerts'
import { dayWords, daysOf, timeWords, writtenMail } from './mails'

const MAIL = {
  title: 'Sales',
  sql: 'select 1',
  dashboard: '',
  every: 'week',
  on: 1,
  hour: 6,
  time_zone: zone(),
  kind: 'line',
  x: 'month',
  y: ['sold'],
  series: '',
  at: '2026-01-05T06:00:00',
}
const QUESTION = { sql: 'select 1', kind: 'bar' as const, x: 'day', y: ['sold'], series: '' }
const SHOWN = {
  is_ready: true,
  address: 'ana@example.com',
  subject: 'Sales, 05 Jan 2026',
  text: 'Sales\nN\n7',
  answers: 8,
  ready_answers: 8,
}
const DASHBOARD = {
  title: 'Sales',
  sql: '',
  dashboard: 'hub',
  every: 'week' as const,
  on: 1,
  hour: 6,
  time_zone: 'UTC',
  kind: 'table' as const,
  x: '',
  y: [],
  series: '',
}
const NEVER = new AbortController().signal
const signals: (AbortSignal | null | undefined)[] = []
const keys: string[] = []
const asked: { method: string; url: string; body: unknown }[] = []
let address = 'ana@example.com'
let mails: unknown[] = []
let isHeld = false
let refusal: { title: string; detail: string } | undefined

beforeEach(() => {
  asked.length = 0
  keys.length = 0
  signals.length = 0
  isHeld = false
  refusal = undefined
  address = 'ana@example.com'
  mails = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { method = 'GET', body, headers, signal }: RequestInit) => {
    if (method === 'POST') {
      asked.push({ method, url, body: body ? JSON.parse(body as string) : null })
      const key = new Headers(headers).get('idempotency-key') ?? ''
      keys.push(key)
      signals.push(signal)
      if (refusal) return Promise.resolve(Response.json(refusal, { status: 422 }))
      const isReady = keys.length > 1
      if (isReady && isHeld)
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        )
      return Promise.resolve(
        Response.json(
          isReady
            ? SHOWN
            : { ...SHOWN, is_ready: false, text: '', ready_answers: 3, waits_for: 'Net by month' },
        ),
      )
    }
    if (method !== 'GET') asked.push({ method, url, body: body ? JSON.parse(body as string) : null })
    return Promise.resolve(new Response(JSON.stringify({ mails, address })))
  })
})
afterEach(cleanup)

function show(part: React.ReactNode, queries = new QueryClient()): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <MemoryRouter>{part}</MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

const panelOf = (name: string, sql: string): FigurePanel => ({
  name,
  question: name,
  kind: 'table',
  table: '',
  unit: '',
  units: {},
  y: [],
  sql,
})

const answerOf = (columns: Result['columns'], rows: Result['rows']): Result => ({
  columns,
  rows,
  next: '',
  query: { query_id: 'q', sql: 'select 1' } as Result['query'],
})

test('the dialog of a mail says how many rows the answer has, how many are sent and where they end', async () => {
  const columns = [
    { name: 'region', type: 'varchar' },
    { name: 'place', type: 'bigint' },
    { name: 'article', type: 'varchar' },
  ]
  const rows = ['Alps', 'Bay', 'Coast'].flatMap((region) =>
    Array.from({ length: 10 }, (_, at) => [region, at + 1, `Mug ${at + 1}`]),
  )
  show(<MailMe of={QUESTION} title="Top ten" result={answerOf(columns, rows)} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  expect(
    screen.getByText(
      /^The answer has 30 rows now\. The mail has the first 20, which end with “Bay”, “Mug 10”\./,
    ),
  ).toBeTruthy()
  await userEvent.selectOptions(screen.getByLabelText('Rows in the mail'), 'At most 50')
  expect(screen.getByText('The answer has 30 rows now, and the mail has all.')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(asked.at(-1)?.body).toMatchObject({ rows: 50 })
}, 30_000)

test('the rows of each answer of a dashboard are chosen, and the kind of the file with all of them', async () => {
  show(<MailMe of={{ dashboard: 'hub' }} title="Sales" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  expect(screen.getByLabelText<HTMLSelectElement>('Rows in the mail').value).toBe('0')
  await userEvent.selectOptions(screen.getByLabelText('Rows in the mail'), 'At most 100')
  await userEvent.selectOptions(screen.getByLabelText('File of all rows'), 'Excel')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(asked.at(-1)?.body).toMatchObject({ dashboard: 'hub', rows: 100, file: 'xlsx' })
}, 30_000)

test('of an answer over time the newest periods are sent, and of a larger one it says that there are more', () => {
  const columns = [{ name: 'day', type: 'date' }]
  const days = Array.from({ length: 30 }, (_, at) => [`2026-01-${String(at + 1).padStart(2, '0')}`])
  expect(mailedWords({ columns, rows: days }, 1200, 50)).toMatch(
    /^The answer has 1,200 rows now\. The mail has the newest whole periods, at most 50 rows or those of one period\./,
  )
  const named = { columns: [{ name: 'n', type: 'varchar' }], rows: days.map((_, at) => [`n${at}`]) }
  expect(mailedWords(named, 'unknown', 20)).toMatch(/^The answer has more than 30 rows now\./)
})

const BY_REGION =
  'SELECT count(*) AS n FROM orders WHERE region = :region AND day >= :since\n' +
  '-- :region text = Norway\n-- :since date = 2026-01-01'

test('a mail of a question with parameters shows their values, which are set in its form', async () => {
  show(<MailMe of={{ ...QUESTION, sql: BY_REGION }} title="Orders, Since: 1 Jan 2026" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  const region = screen.getByLabelText<HTMLInputElement>('Region')
  expect(region.value).toBe('Norway')
  await userEvent.clear(region)
  await userEvent.type(region, 'Peru')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(asked.at(-1)?.body).toMatchObject({
    title: 'Orders, Since: 1 Jan 2026, Region: Peru',
    sql: BY_REGION.replace('Norway', 'Peru'),
  })
}, 30_000)

test('a mail of a dashboard with parameters has the values of its page, and others by its form', async () => {
  const panels = [panelOf('orders', BY_REGION), panelOf('more', BY_REGION.replace('Norway', 'Spain'))]
  const filters = { 'p.region': ['Alps'], zone: ['north'] }
  show(<MailMe of={{ dashboard: 'hub', filters }} title="Sales, Region: Alps" panels={panels} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  const region = screen.getByLabelText<HTMLInputElement>('Region')
  expect(region.value).toBe('Alps')
  await userEvent.clear(region)
  await userEvent.type(region, 'Bay')
  expect(screen.getByLabelText<HTMLInputElement>('Title of the mail').value).toBe('Sales, Region: Bay')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(asked.at(-1)?.body).toMatchObject({
    title: 'Sales, Region: Bay',
    filters: { 'p.region': ['Bay'], zone: ['north'] },
  })
}, 30_000)

test('a mail with a value of another kind cannot be scheduled', async () => {
  show(<MailMe of={{ ...QUESTION, sql: 'SELECT :most\n-- :most number = 5' }} title="Most" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.type(screen.getByLabelText('Most'), 'x')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(asked).toEqual([])
}, 30_000)

test('a dashboard is sent to the address of the person on the chosen day', async () => {
  show(<MailMe of={{ dashboard: 'hub' }} title="Sales" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.selectOptions(screen.getByLabelText('Time of day'), '17:00')
  expect(
    screen.getByText(
      /^To ana@example.com within the hour from 17:00 .* confirm the address\. A mail of the time before that is not delivered/,
    ),
  ).toBeTruthy()
  await userEvent.selectOptions(screen.getByLabelText('Day of the week'), 'Friday')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(await screen.findByText(/^Sales is sent every Friday at 17:00. Before your first mail/)).toBeTruthy()
  expect(asked[0]?.body).toMatchObject({
    title: 'Sales',
    sql: '',
    dashboard: 'hub',
    on: 5,
    hour: 17,
    time_zone: zone(),
  })
})

test('a question is sent with the chart that the link of its mail opens', async () => {
  show(<MailMe of={QUESTION} title="Sold" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  await screen.findByText(/^Sold is sent every Monday/)
  expect(asked[0]?.body).toEqual({
    title: 'Sold',
    dashboard: '',
    every: 'week',
    on: 1,
    hour: 6,
    time_zone: zone(),
    ...QUESTION,
  })
})

test('a mail is shown as it is sent, and sent now, with the filters of its page', async () => {
  show(<MailMe of={{ dashboard: 'hub', filters: { region: ['Alps'] } }} title="Sales, Region: Alps" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  // A mail is as long as its answer: it scrolls in a dialog, whose head and buttons stay in reach.
  expect(await screen.findByRole('dialog', { name: 'Send me this by mail' })).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Preview' }))
  expect((await screen.findByLabelText('Text of the mail')).textContent).toBe(SHOWN.text)
  expect(screen.getByText('Sales, 05 Jan 2026')).toBeTruthy()
  expect(new Set(keys).size).toBe(1) // the second request continues the first one
  await userEvent.click(screen.getByRole('button', { name: 'Send one now' }))
  expect(await screen.findByText(/^Sent to ana@example.com/)).toBeTruthy()
  expect(asked.map(({ url }) => url.replace('http://api/v1/mails', ''))).toEqual([
    '/preview',
    '/preview',
    '/send',
  ])
  expect(asked[2]?.body).toMatchObject({ dashboard: 'hub', filters: { region: ['Alps'] } })
  await userEvent.clear(screen.getByLabelText('Title of the mail'))
  expect(screen.getByRole('button', { name: 'Preview' }).hasAttribute('disabled')).toBe(true)
}, 30_000)

test('a preview says how many answers are ready while it is computed, and is stopped', async () => {
  isHeld = true
  show(<MailMe of={QUESTION} title="Sold" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.click(screen.getByRole('button', { name: 'Preview' }))
  expect(await screen.findByText('3 of 8 answers are ready. Waiting for “Net by month” …')).toBeTruthy()
  expect(screen.getByLabelText('Answers that are ready')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Stop waiting' }))
  expect(await screen.findByText('Stopped.')).toBeTruthy()
  expect(screen.queryByLabelText('Answers that are ready')).toBeNull()
  expect(screen.queryByText(/could not|failed/)).toBeNull()
  expect(screen.getByRole('button', { name: 'Preview' }).hasAttribute('disabled')).toBe(false)
}, 30_000)

test('nothing more is asked for a preview whose dialog was closed', async () => {
  isHeld = true
  show(<MailMe of={QUESTION} title="Sold" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.click(screen.getByRole('button', { name: 'Preview' }))
  await screen.findByText(/Waiting for/)
  expect(signals.at(-1)?.aborted).toBe(false)
  await userEvent.click(screen.getByRole('button', { name: 'Close' }))
  await vi.waitFor(() => expect(signals.at(-1)?.aborted).toBe(true))
}, 30_000)

test('a mail that is not ready after two minutes names the question that it waited for', async () => {
  let seconds = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => seconds * 1000)
  const progress: number[] = []
  vi.stubGlobal('fetch', () => {
    seconds += 50
    return Promise.resolve(Response.json({ ...SHOWN, is_ready: false, waits_for: 'Net by month' }))
  })
  await expect(
    writtenMail('preview', DASHBOARD, ({ ready_answers: ready }) => progress.push(ready), NEVER),
  ).rejects.toThrow(
    'The answer to “Net by month” was not ready after 2 minutes. Run it on the page Query to see how long it takes; a scheduled mail has more time.',
  )
  expect(progress.length).toBe(2)
  clock.mockRestore()
})

test('a mail that its preview refuses cannot be scheduled until it is another one', async () => {
  refusal = { title: 'Not valid', detail: 'The rows depend on the column email of customers.' }
  show(<MailMe of={QUESTION} title="Sold" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  const schedule = () => screen.getByRole('button', { name: 'Schedule the mail' })
  expect(schedule().hasAttribute('disabled')).toBe(false)
  await userEvent.click(screen.getByRole('button', { name: 'Preview' }))
  expect(await screen.findByText(/The rows depend on the column email/)).toBeTruthy()
  expect(schedule().hasAttribute('disabled')).toBe(true)
  expect(screen.getByText('This mail was refused, and the reason is above.')).toBeTruthy()
  await userEvent.type(screen.getByLabelText('Title of the mail'), ' out')
  expect(schedule().hasAttribute('disabled')).toBe(false)
}, 30_000)

test('a question is sent only if a figure of its answer is above a limit, of a share in percent', async () => {
  const columns = [
    { name: 'month', type: 'timestamp' },
    { name: 'returned', type: 'double', unit: 'share' },
    { name: 'year', type: 'bigint' },
  ]
  show(<MailMe of={QUESTION} title="Sold" result={answerOf(columns, [])} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.selectOptions(screen.getByLabelText('Send it'), 'Only if a figure is above a limit')
  expect(screen.getByText('Give the limit a number first.')).toBeTruthy()
  await userEvent.type(screen.getByLabelText('Limit, in percent'), 'x')
  expect(screen.getByText('“x” is not read as a number. Such as 5 or 5 %.')).toBeTruthy()
  await userEvent.clear(screen.getByLabelText('Limit, in percent'))
  await userEvent.type(screen.getByLabelText('Limit, in percent'), '5.5 %')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(
    await screen.findByText(/^Sold is sent every Monday at 06:00, only if Returned is above 5\.5 %\. Before/),
  ).toBeTruthy()
  expect(asked[0]?.body).toMatchObject({
    only_if: 'above',
    limit_column: 'returned',
    limit: 0.055,
    limit_unit: 'share',
  })
}, 30_000)

test('a dashboard is sent only if the figure of one of its questions is below a limit', async () => {
  const panel = (name: string, question: string, more: object) =>
    ({
      name,
      question,
      table: '',
      unit: '',
      units: {},
      y: [],
      sql: '',
      ...more,
    }) as unknown as Schemas['Panel']
  const panels = [
    panel('late', 'How many orders are late?', { kind: 'kpi', unit: 'share' }),
    panel('net_by_month', 'What was sold?', { kind: 'line', y: ['net', 'returned'] }),
    panel('list', 'Which orders?', { kind: 'table' }),
  ]
  show(<MailMe of={{ dashboard: 'hub' }} title="Sales" panels={panels} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.selectOptions(screen.getByLabelText('Send it'), 'Only if a figure is below a limit')
  expect(screen.getByLabelText('Limit, in percent')).toBeTruthy()
  expect(screen.getByRole('option', { name: 'What was sold? (Returned)' })).toBeTruthy()
  await userEvent.selectOptions(screen.getByLabelText('Figure'), 'What was sold? (Net)')
  await userEvent.type(screen.getByLabelText('Limit'), '1,500')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  expect(
    await screen.findByText(
      /^Sales is sent every Monday at 06:00, only if What was sold\? \(Net\) is below 1,500\./,
    ),
  ).toBeTruthy()
  expect(asked[0]?.body).toMatchObject({
    dashboard: 'hub',
    only_if: 'below',
    limit_panel: 'net_by_month',
    limit_column: 'net',
    limit: 1500,
  })
}, 30_000)

test.each([
  ['£25,000', 'GBP', 25_000],
  ['25k', 'GBP', 25_000],
  ['GBP 1.5m', 'GBP', 1_500_000],
  ['-£3', 'GBP', -3],
  ['25 000', '', 25_000],
  ['2:30:00', 's as h:mm:ss', 9000],
  ['9000', 's as h:mm:ss', 9000],
  ['5', 'share', 0.05],
  ['5.5 %', 'share', 0.055],
  ['12 days', 'days', 12],
  ['25.000,5', 'GBP', 25_000.5],
  ['1.250.000', 'GBP', 1_250_000],
  ['25.000', 'GBP', 25],
  ["1'000'000", '', 1_000_000],
  ['1.5 Mio', 'GBP', 1_500_000],
  ["1'0", '', null],
  ['1e6', '', null],
  ['12,5', '', 12.5],
  ['2,50,0', '', null],
  ['1.2.3', '', null],
  ['$25', 'GBP', null],
  ['5 %', 'GBP', null],
  ['many', '', null],
  ['', '', null],
])('the limit %j of a figure in %j is %j', (text, unit, number) => {
  expect(limitOf(text, unit)).toBe(number)
})

test('a question on a dashboard of ones own may have a limit under its name in the API', async () => {
  const kept = { name: 'Sold, by month!', kind: 'line', sql: 'select 1', y: ['n'], units: {} } as unknown
  const panels = [figurePanelOf(kept as Schemas['KeptQuestionShown'])]
  show(<MailMe of={{ dashboard: 'mine' }} title="Mine" panels={panels} />)
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.selectOptions(screen.getByLabelText('Send it'), 'Only if a figure is above a limit')
  await userEvent.type(screen.getByLabelText('Limit'), '5')
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  await screen.findByText(/^Mine is sent every Monday at 06:00, only if Sold, by month! \(N\) is above 5/)
  expect(asked[0]?.body).toMatchObject({ limit_panel: 'sold_by_month', limit_column: 'n', limit: 5 })
}, 30_000)

test('a figure of a dashboard of ones own may have a limit, which the form shows as it reads it', async () => {
  const kept = { name: 'All sold', kind: 'table', sql: 'select sum(x) total', y: [], units: {} } as unknown
  const queries = new QueryClient()
  queries.setQueryData(['result', 'select sum(x) total'], {
    columns: [{ name: 'total', type: 'double', unit: 'GBP' }],
    rows: [[7]],
  })
  show(
    <MailMe of={{ dashboard: 'mine' }} panels={[figurePanelOf(kept as Schemas['KeptQuestionShown'])]} />,
    queries,
  )
  await userEvent.click(await screen.findByRole('button', { name: 'Send me this by mail' }))
  await userEvent.type(screen.getByLabelText('Title of the mail'), 'Mine')
  await userEvent.selectOptions(screen.getByLabelText('Send it'), 'Only if a figure is above a limit')
  expect(screen.getByRole('option', { name: 'All sold (Total)' })).toBeTruthy()
  await userEvent.type(screen.getByLabelText('Limit'), '25.000,5')
  expect(screen.getByText('Read as £25,000.50.')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Schedule the mail' }))
  await screen.findByText(/^Mine is sent every Monday/)
  expect(asked[0]?.body).toMatchObject({ limit_panel: 'all_sold', limit_column: 'total', limit: 25_000.5 })
}, 30_000)

test('a list of mails has the limit in the unit of its figure', async () => {
  mails = [{ ...MAIL, only_if: 'above', limit_column: 'revenue', limit: 25_000, limit_unit: 'GBP' }]
  show(<MailList />)
  expect(await screen.findByText(/only if Revenue is above £25,000\.00/)).toBeTruthy()
})

test('a list of mails has the words of the question whose figure is watched, and its measure', async () => {
  const limit = { only_if: 'above', limit_column: 'revenue', limit: 5, limit_unit: '' } as const
  mails = [
    { ...MAIL, ...limit, title: 'Mine', dashboard: 'mine', limit_panel: 'q3_home_and_abroad' },
    { ...MAIL, ...limit, title: 'Gone', dashboard: 'mine', limit_panel: 'q3_taken_off' },
  ]
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  queries.setQueryData(['me'], { name: 'ana' })
  queries.setQueryData(['kept-questions'], {
    questions: [
      {
        name: 'Q3 Home and Abroad',
        kind: 'line',
        sql: 'select 1',
        by: 'ana',
        is_pinned: true,
        y: ['revenue'],
      },
    ],
  })
  show(<MailList />, queries)
  expect(await screen.findByText(/only if Q3 Home and Abroad \(Revenue\) is above 5/)).toBeTruthy()
  expect(screen.getByText(/only if Q3 taken off \(Revenue\) is above 5/)).toBeTruthy()
}, 30_000)

test('a mail that is stopped is scheduled again by Undo', async () => {
  mails = [{ ...MAIL, filters: { region: ['Alps'] } }]
  show(<MailList />)
  await userEvent.click(await screen.findByRole('button', { name: 'Stop the mail Sales' }))
  mails = []
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  expect(screen.queryByText('The mail “Sales” is stopped.')).toBeNull()
  expect(asked.map(({ method }) => method)).toEqual(['DELETE', 'PUT'])
  expect(asked[1]?.body).toMatchObject({
    title: 'Sales',
    every: 'week',
    on: 1,
    filters: { region: ['Alps'] },
  })
}, 30_000)

test('a mail is changed in the list: its question, limit, day and hour, and the title that names it', async () => {
  const limit = { only_if: 'above', limit_column: 'returned', limit: 0.055, limit_unit: 'share' } as const
  mails = [{ ...MAIL, ...limit, time_zone: 'Asia/Tokyo' }]
  const queries = new QueryClient()
  const columns = ['returned', 'refused'].map((name) => ({ name, type: 'double', unit: 'share' }))
  queries.setQueryData(['result', 'select 1'], answerOf(columns, []))
  show(<MailList />, queries)
  expect(
    await screen.findByText(/^every Monday at 06:00 Asia\/Tokyo, only if Returned is above/),
  ).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Change the mail Sales' }))
  expect(await screen.findByRole('dialog', { name: 'Change the mail Sales' })).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>('Limit, in percent').value).toBe('5.5')
  await userEvent.type(screen.getByLabelText('Title of the mail'), ' again')
  await userEvent.selectOptions(screen.getByLabelText('Figure'), 'Refused')
  await userEvent.type(screen.getByLabelText('Question in SQL'), '0')
  await userEvent.selectOptions(screen.getByLabelText('How often'), 'Every day')
  await userEvent.selectOptions(screen.getByLabelText('Time of day'), '18:00')
  await userEvent.click(screen.getByRole('button', { name: 'Save the mail' }))
  await vi.waitFor(() => expect(asked.map(({ method }) => method)).toContain('PUT'))
  expect(asked.find(({ method }) => method === 'PUT')?.body).toEqual({
    ...{ title: 'Sales again', replaces: 'Sales', sql: 'select 10', dashboard: '' },
    ...{ every: 'day', on: 0, hour: 18, time_zone: 'Asia/Tokyo' },
    ...{ kind: 'line', x: 'month', y: ['sold'], series: '' },
    ...{ only_if: 'above', limit_panel: '', limit_column: 'refused', limit: 0.055, limit_unit: 'share' },
  })
}, 30_000)

test('a mail that an earlier version scheduled is sent at 06:00 UTC', () => {
  expect(timeWords({})).toBe(zone() === 'UTC' ? ' at 06:00' : ' at 06:00 UTC')
  expect(timeWords({ hour: 18, time_zone: zone() })).toBe(' at 18:00')
})

test('an alert is written on a figure of a dashboard, and is listed with its limit', async () => {
  mails = [{ ...MAIL, title: 'Alert: Hub', only_if: 'above', limit_column: 'value', limit: 5 }, MAIL]
  const panel = { name: 'late', question: 'How many orders are late?', kind: 'kpi', unit: 'share' }
  const boards = [
    { system: 'hub', title: 'Hub', panels: [{ ...panel, table: '', units: {}, y: [], sql: '' }] },
  ] as unknown as Schemas['Dashboard'][]
  show(<OwnAlerts boards={boards} />)
  expect(await screen.findByText(/^every Monday at 06:00, only if Value is above 5/)).toBeTruthy()
  expect(screen.queryByRole('link', { name: 'Sales' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Alert me when …' }))
  await userEvent.selectOptions(await screen.findByLabelText('Alert me when'), 'a figure is below a limit')
  expect(screen.queryByRole('option', { name: 'Always' })).toBeNull()
  await userEvent.type(screen.getByLabelText('Limit, in percent'), '5')
  await userEvent.click(screen.getByRole('button', { name: 'Save the alert' }))
  await vi.waitFor(() => expect(asked.some(({ method }) => method === 'PUT')).toBe(true))
  expect(asked.find(({ method }) => method === 'PUT')?.body).toMatchObject({
    ...{ title: 'Alert: Hub (2)', dashboard: 'hub', every: 'day', on: 0 },
    ...{ only_if: 'below', limit_panel: 'late', limit_column: 'value', limit: 0.05 },
  })
}, 30_000)

test('who has no address is offered no mail', async () => {
  address = ''
  show(<MailMe of={QUESTION} />)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByRole('button')).toBeNull()
})

test('a mail is listed with its day and stopped by its title', async () => {
  mails = [MAIL]
  show(<MailList />)
  expect(await screen.findByText('every Monday at 06:00')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'Sales' }).getAttribute('href')).toBe(
    '/query?sql=select+1&view=chart&x=month&y=sold&kind=line',
  )
  await userEvent.click(screen.getByRole('button', { name: 'Stop the mail Sales' }))
  expect(asked.map(({ method, url }) => [method, url])).toEqual([
    ['DELETE', 'http://api/v1/mails?title=Sales'],
  ])
})

test('the days of a month end with the last that every month has', () => {
  expect(daysOf('month').at(-1)).toEqual({ value: '28', label: '28' })
  expect(daysOf('day')).toEqual([])
  expect(dayWords({ every: 'month', on: 3 })).toBe('on day 3 of every month')
})

test.each([
  ['1e6', '“1e6” is not read as a number.'],
  ['1.2.3', '“1.2.3” is not read as a number.'],
  ['$25', '“$” is not the unit of Net.'],
  ['5 %', '“%” is not the unit of Net.'],
])('why %s is no limit', (text, why) => {
  expect(whyNoLimit(text, 'Net')).toBe(why)
})
