// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { QueueList, type QueueShape } from './queue-list'
import { type QueueItem, queueItems, type Shown } from './queue-state'
import { testDecision } from './test-decisions'

const QUEUE: QueueShape = {
  name: 'calls',
  table: 'calls',
  units: { risk: 'share' },
  unit: 'USD',
  actions: [
    {
      name: 'called',
      label: 'Called',
      key: 'c',
      meaning: 'off the list',
      returns_after_days: 0,
      note_prompt: '',
    },
    { name: 'not_now', label: 'Not now', key: 'n', meaning: '', returns_after_days: 30, note_prompt: '' },
  ],
}
/** A queue with an action that needs a note. */
const ASKING: QueueShape = {
  ...QUEUE,
  actions: [
    ...QUEUE.actions,
    {
      name: 'complaint',
      label: 'Complaint',
      key: 'm',
      meaning: '',
      returns_after_days: 14,
      note_prompt: 'What is it about?',
    },
  ],
}
const ITEMS = queueItems(
  {
    columns: ['item_id', 'subject', 'reason', 'value', 'risk'].map((name) => ({ name })),
    rows: [
      ['1', 'Customer 1', 'silent 43 days', 2412.5, 0.339],
      ['2', 'Customer 2', 'silent 12 days', 100, 0.2],
    ],
  },
  [],
)
let client = new QueryClient()
const sent: unknown[] = []
let groups: string[] = []
let evidence: { columns: string[]; rows: unknown[][] } = { columns: [], rows: [] }
let refusal = ''
let tables: object[] = []

beforeEach(() => {
  sent.length = 0
  groups = ['viewer', 'uploader']
  refusal = ''
  tables = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, asked: RequestInit) => {
    if (asked.method === 'POST') sent.push(JSON.parse(asked.body as string))
    if (refusal && url.includes('/v1/queries'))
      return Promise.resolve(new Response(JSON.stringify({ detail: refusal, status: 422 }), { status: 422 }))
    const body = url.endsWith('/v1/me')
      ? { name: 'ana', groups }
      : url.endsWith('/v1/catalog')
        ? { tables }
        : url.includes('/v1/queries')
          ? {
              query_id: 'q',
              state: 'succeeded',
              columns: evidence.columns.map((name) => ({ name, type: 'bigint' })),
              rows: evidence.rows,
              next_cursor: '',
            }
          : { ...(sent.at(-1) as object), decision_id: 'd' }
    return Promise.resolve(new Response(JSON.stringify(body)))
  })
})
afterEach(cleanup)

function show(queue = QUEUE, items = ITEMS, shown: Shown = 'open', unlisted = 0): ReturnType<typeof render> {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return render(page(queue, items, shown, unlisted))
}

interface Opening {
  opened: string
  onOpen: (id: string) => void
}

function Listed({
  opening,
  ...of
}: Omit<Parameters<typeof QueueList>[0], 'opened' | 'onOpen'> & { opening?: Opening }) {
  const [opened, onOpen] = useState('')
  return <QueueList {...of} {...(opening ?? { opened, onOpen })} />
}

const page = (
  queue: QueueShape,
  items: QueueItem[],
  shown: Shown = 'open',
  unlisted = 0,
  opening?: Opening,
) => (
  <MantineProvider>
    <QueryClientProvider client={client}>
      <Listed
        queue={queue}
        items={items}
        unlisted={unlisted}
        shown={shown}
        onShow={() => undefined}
        {...(opening ? { opening } : {})}
      />
    </QueryClientProvider>
  </MantineProvider>
)

test('one key decides about the item that was moved to', async () => {
  show()
  await screen.findByRole('button', { name: 'Called: Customer 2' })
  screen.getByRole('button', { name: 'Customer 1' }).focus()
  await userEvent.keyboard('jn')
  expect(sent).toMatchObject([{ queue: 'calls', item_id: '2', action: 'not_now', value: '100.00' }])
  expect(await screen.findByText(/^Customer 2: Not now. Back on \d+ \w+ \d{4}.$/)).toBeTruthy()
})

test('keys decide from the beginning, without a click into the list', async () => {
  show()
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  await userEvent.keyboard('c')
  expect(sent).toMatchObject([{ item_id: '1', action: 'called' }])
})

test('keys decide also after a note was sent, whose button takes the focus with it', async () => {
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  await userEvent.type(screen.getByLabelText('Note'), 'calls back')
  await userEvent.click(screen.getByRole('button', { name: 'Add note' }))
  ;(document.activeElement as HTMLElement).blur()
  await userEvent.keyboard('n')
  expect(sent).toMatchObject([
    { item_id: '1', action: 'note', note: 'calls back' },
    { item_id: '1', action: 'not_now' },
  ])
})

test('an action that needs a note asks for it before it decides', async () => {
  show(ASKING)
  await screen.findByRole('button', { name: 'Complaint: Customer 1' })
  await userEvent.keyboard('m')
  expect(document.activeElement).toBe(screen.getByLabelText('What is it about?'))
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByLabelText('What is it about?')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Customer 1' }))
  await userEvent.keyboard('m')
  await userEvent.keyboard('late parcel{Enter}')
  expect(sent).toMatchObject([{ item_id: '1', action: 'complaint', note: 'late parcel' }])
})

test('while a note is asked for no letter decides, wherever the focus is', async () => {
  show(ASKING)
  await screen.findByRole('button', { name: 'Complaint: Customer 1' })
  await userEvent.keyboard('m')
  ;(document.activeElement as HTMLElement).blur()
  await userEvent.keyboard('n')
  expect(sent).toEqual([])
})

test('what has the focus on the page keeps it', () => {
  render(
    <main>
      <input autoFocus aria-label="Search" />
      <MantineProvider>
        <QueryClientProvider client={new QueryClient()}>
          <Listed queue={QUEUE} items={ITEMS} shown="open" onShow={() => undefined} />
        </QueryClientProvider>
      </MantineProvider>
    </main>,
  )
  expect(document.activeElement).toBe(screen.getByLabelText('Search'))
})

test('the link that opened a queue gives the focus to its first item, so that Enter opens it', () => {
  render(
    <main>
      <nav className="tabs">
        <a href="#/work/calls" autoFocus>
          Calls
        </a>
      </nav>
      {page(QUEUE, ITEMS)}
    </main>,
  )
  expect(document.activeElement?.textContent).toContain('Customer 1')
})

test('who has not opened the selected item is led to open it, and no result is proposed before a look', async () => {
  show()
  await screen.findByRole('button', { name: 'Called: Customer 2' })
  const filled = (): (string | null)[] =>
    [...document.querySelectorAll('.queue-item button[data-variant=filled]')].map((button) =>
      button.getAttribute('aria-label'),
    )
  expect(filled()).toEqual(['Open: Customer 1'])
  screen.getByRole('button', { name: 'Customer 1' }).focus()
  await userEvent.keyboard('j')
  expect(filled()).toEqual(['Open: Customer 2'])
  await userEvent.click(screen.getByRole('button', { name: 'Open: Customer 2' }))
  expect(filled()).toEqual([])
})

test('a proposal is named in each row, its button is filled in the selected row only, and one without a button opens the item', async () => {
  const columns = ['item_id', 'subject', 'reason', 'value', 'proposed'].map((name) => ({ name }))
  const rows = [
    ['1', 'Transaction 1', 'unusual amount', 40, 'block'],
    ['2', 'Transaction 2', 'new customer', 30, 'block'],
    ['3', 'Transaction 3', 'new customer', 20, 'review'],
  ]
  const actions = [
    { name: 'approve', label: 'Approve', key: 'a', meaning: '', returns_after_days: 0, note_prompt: '' },
    { name: 'block', label: 'Block', key: 'b', meaning: '', returns_after_days: 0, note_prompt: '' },
  ]
  show({ ...QUEUE, actions }, queueItems({ columns, rows }, []))
  await screen.findByRole('button', { name: 'Block: Transaction 2' })
  const filled = [...document.querySelectorAll('.queue-item button[data-variant=filled]')]
  expect(filled.map((button) => button.getAttribute('aria-label'))).toEqual(['Block: Transaction 1'])
  const words = screen.getByText('Review, then decide:').parentElement?.textContent
  expect(words).toBe('Review, then decide: new customer')
  screen.getByRole('button', { name: 'Transaction 3' }).focus()
  const open = await screen.findByRole('button', { name: 'Open: Transaction 3' })
  expect(open.dataset.variant).toBe('filled')
  expect(screen.getByTestId('queue-counts').textContent).toBe(
    '3 open (2 to block, 1 to review) · 0 done · US$90.00 at stake',
  )
})

test('the button that opens the selected item has its room in all rows, so that no amount moves', async () => {
  show()
  await screen.findByRole('button', { name: 'Open: Customer 1' })
  const rooms = (): boolean[] =>
    [...document.querySelectorAll('[aria-label^="Open: "]')].map(
      (button) => button.getAttribute('aria-hidden') === 'true',
    )
  expect(rooms()).toEqual([false, true])
  screen.getByRole('button', { name: 'Customer 1' }).focus()
  await userEvent.keyboard('j')
  expect(rooms()).toEqual([true, false])
})

test('on a phone an item is a line of few words until it is opened', async () => {
  const desk = window.matchMedia
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(max-width: 48em)',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  const columns = ['item_id', 'subject', 'reason', 'brief', 'value', 'proposed', 'score'].map((name) => ({
    name,
  }))
  const rows = [
    ['1', 'Transaction 1', 'ring customer 7, as much is unusual', 'likely at {score}', 40, 'review', 0.7],
  ]
  const items = queueItems({ columns, rows }, [])
  const { rerender } = render(page(QUEUE, items, 'open', 0, { opened: '', onOpen: () => undefined }))
  expect((await screen.findByText('Review:')).parentElement?.textContent).toBe('Review: likely at 0.7')
  expect(screen.queryByRole('button', { name: 'Called: Transaction 1' })).toBeNull()
  rerender(page(QUEUE, items, 'open', 0, { opened: '1', onOpen: () => undefined }))
  expect(await screen.findByText(/^ring customer 7/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Called: Transaction 1' })).toBeTruthy()
  expect(screen.queryByText('Brief')).toBeNull()
  vi.stubGlobal('matchMedia', desk)
})

test('the cells of an item have their units', async () => {
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect((await screen.findByText('33.9 %')).tagName).toBe('DD')
})

test('the page says the order of the items, the keys and what each action does', async () => {
  show({ ...QUEUE, order: 'expected loss, the largest first', value_label: 'expected loss' })
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  expect(screen.getByTestId('queue-how-to').textContent).toBe(
    'Ordered by expected loss, the largest first. c Called: off the list · n Not now: back after 30 days' +
      ' · j k move · Enter opens · z undoes · ? all keys',
  )
  expect(screen.getByTestId('queue-counts').textContent).toBe('2 open · 0 done · US$2,513 expected loss')
})

test('an opened item shows the rows that one decides by, and the statement names the item', async () => {
  evidence = { columns: ['paid', 'title_usual'], rows: [[20, 21]] }
  const part = {
    title: 'Usually {title_usual}',
    table: 'calls',
    sql: 'SELECT paid FROM calls WHERE of = {item_id}',
    units: {},
    keeps: [],
  }
  show({ ...QUEUE, evidence: [part] })
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect(await screen.findByText('Usually 21')).toBeTruthy()
  expect(sent).toMatchObject([{ sql: "SELECT paid FROM calls WHERE of = '1'" }])
})

const CONTACT = {
  title: 'Contact: {title_contact}',
  table: 'calls',
  sql: 'SELECT email FROM people WHERE number = {item_id}',
  units: {},
  keeps: [],
}

test('evidence without a value in any column is its title alone', async () => {
  evidence = { columns: ['email', 'title_contact'], rows: [[null, 'not in the lake']] }
  show({ ...QUEUE, evidence: [CONTACT] })
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect(await screen.findByText('Contact: not in the lake')).toBeTruthy()
  expect(screen.queryByRole('table')).toBeNull()
})

test('who may not see personal columns reads so, and decides all the same', async () => {
  const cause = 'The column email of people is personal data, which needs the group personal-data.'
  refusal = `${cause} Leave the column out, or ask an operator to add you to the group.`
  show({ ...QUEUE, evidence: [CONTACT] })
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect(await screen.findByText(`${cause} Ask an operator to add you to the group.`)).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getByRole('button', { name: 'Called: Customer 1' })).toBeTruthy()
})

test('a statement about people is not asked for whoever may not read its answer', async () => {
  tables = [{ name: 'people', columns: [{ name: 'email', personal: true }] }]
  show({ ...QUEUE, evidence: [CONTACT] })
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect(
    await screen.findByText(/^Only people with the right to see personal data read this. Ask an operator/),
  ).toBeTruthy()
  expect(sent).toEqual([])
})

test('a reason has cells of the item in their units', async () => {
  const columns = ['item_id', 'subject', 'reason', 'value', 'risk'].map((name) => ({ name }))
  show(QUEUE, queueItems({ columns, rows: [['1', 'Customer 1', '{risk} probable', 4, 0.339]] }, []))
  expect(await screen.findByText('33.9 % probable')).toBeTruthy()
})

test('a letter in a note is no decision', async () => {
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  await userEvent.type(await screen.findByLabelText('Note'), 'call on Monday')
  expect(sent).toEqual([])
  await userEvent.click(screen.getByRole('button', { name: 'Add note' }))
  expect(sent).toMatchObject([{ item_id: '1', action: 'note', note: 'call on Monday' }])
})

const assigned = (item_id: string, assignee: string, action = 'assign') =>
  testDecision(item_id, action, { decision_id: `${item_id} ${assignee}`, assignee, decided_by: 'bea' })
const ANSWER = {
  columns: ['item_id', 'subject', 'reason', 'value'].map((name) => ({ name })),
  rows: [
    ['1', 'Customer 1', 'silent', 1],
    ['2', 'Customer 2', 'silent', 2],
  ],
}

test('z takes back the last decision', async () => {
  const closed = queueItems(ANSWER, [assigned('1', '', 'called')])
  const { rerender } = show(QUEUE, queueItems(ANSWER, []))
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  await userEvent.keyboard('z')
  expect(sent).toEqual([])
  await userEvent.keyboard('c')
  await screen.findByText('Customer 1: Called.')
  rerender(page(QUEUE, closed))
  await userEvent.keyboard('z')
  expect(sent).toMatchObject([{ action: 'called' }, { item_id: '1', action: 'reopen' }])
})

test('z takes back the last decision also after a look at the decided items', async () => {
  const closed = queueItems(ANSWER, [assigned('1', '', 'called')])
  const { rerender } = show(QUEUE, queueItems(ANSWER, []))
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  await userEvent.keyboard('c')
  await screen.findByText('Customer 1: Called.')
  rerender(page(QUEUE, closed))
  await userEvent.click(screen.getByRole('radio', { name: 'done' }))
  await userEvent.keyboard('z')
  expect(sent).toMatchObject([{ action: 'called' }, { item_id: '1', action: 'reopen' }])
})

test('a person lists what is assigned to them, and takes themselves off', async () => {
  const items = queueItems(ANSWER, [assigned('1', 'bea'), assigned('2', 'ana')])
  show(QUEUE, items, 'mine')
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 2' }))
  expect(screen.queryByRole('button', { name: 'Customer 1' })).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: 'Take me off' }))
  expect(sent).toMatchObject([{ item_id: '2', action: 'unassign', assignee: '' }])
})

test('a decided item that a person took is theirs after the open ones', async () => {
  const items = queueItems(ANSWER, [assigned('1', '', 'not_now'), assigned('1', 'ana'), assigned('2', 'ana')])
  show(QUEUE, items, 'mine')
  await screen.findByRole('button', { name: 'Called: Customer 2' })
  const listed = screen.getAllByRole('button', { name: /^Customer \d$/ }).map((each) => each.textContent)
  expect(listed).toEqual(['Customer 2', 'Customer 1'])
  screen.getByRole('button', { name: 'Customer 1' }).focus()
  await userEvent.keyboard('c')
  expect(sent, 'a decided item is opened again first').toEqual([])
})

test('an opened item has an address, and stays in sight whatever the view lists', async () => {
  const onOpen = vi.fn()
  const items = queueItems(ANSWER, [assigned('2', '', 'called')])
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(page(QUEUE, items, 'open', 0, { opened: '2', onOpen }))
  const opened = await screen.findByRole('button', { name: 'Customer 2' })
  expect(opened.getAttribute('aria-expanded')).toBe('true')
  await userEvent.click(screen.getByRole('button', { name: 'Customer 1' }))
  expect(onOpen).toHaveBeenLastCalledWith('1')
  await userEvent.click(opened)
  expect(onOpen).toHaveBeenLastCalledWith('')
})

test('keys decide about the item of an address that is followed while another one is selected', async () => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const at = (opened: string) => page(QUEUE, ITEMS, 'open', 0, { opened, onOpen: () => undefined })
  const { rerender } = render(at(''))
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  rerender(at('2'))
  await userEvent.keyboard('c')
  await vi.waitFor(() => expect(sent).toMatchObject([{ item_id: '2', action: 'called' }]))
})

test('an item of an address is shown and decided also where other words are searched for', async () => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const many = Array.from({ length: 30 }, (_, place) => ({
    ...ITEMS[0],
    id: `${place}`,
    subject: `Part ${place}`,
  }))
  const at = (opened: string) =>
    page(QUEUE, many as QueueItem[], 'open', 0, { opened, onOpen: () => undefined })
  const { rerender } = render(at(''))
  await screen.findByRole('button', { name: 'Called: Part 0' })
  fireEvent.change(screen.getByLabelText('Find in this queue'), { target: { value: 'Part 7' } })
  rerender(at('12'))
  expect(await screen.findByRole('button', { name: 'Part 12' })).toBeTruthy()
  await userEvent.keyboard('c')
  await vi.waitFor(() => expect(sent).toMatchObject([{ item_id: '12', action: 'called' }]))
})

test('another decision than the proposed one says which was proposed', async () => {
  const items = ITEMS.map((item) => ({ ...item, proposed: 'not_now' }))
  show(QUEUE, items)
  await screen.findByRole('button', { name: 'Called: Customer 1' })
  await userEvent.keyboard('c')
  expect(await screen.findByText(/^Customer 1: .*The proposal was: not now\./)).toBeTruthy()
})

test('an address of an item that is not listed says so', async () => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(page(QUEUE, ITEMS, 'open', 0, { opened: '77', onOpen: () => undefined }))
  expect(await screen.findByText('The item 77 of this address is not listed here any more.')).toBeTruthy()
})

test('what was taken off nobody has, and there is nobody to take off', async () => {
  show(QUEUE, queueItems(ANSWER, [assigned('1', '', 'unassign'), assigned('1', 'ana')]))
  await userEvent.click(await screen.findByRole('button', { name: 'Customer 1' }))
  expect(screen.queryByRole('button', { name: /^Take .* off$/ })).toBeNull()
})

test('an item says which decision brought it back, and a closed one when it comes back', async () => {
  const decisions = [assigned('1', '', 'not_now')]
  const at = (day: string) => queueItems(ANSWER, decisions, QUEUE.actions, new Date(day))
  show(QUEUE, at('2026-12-25'))
  expect(await screen.findByText('back, was: not now')).toBeTruthy()
  cleanup()
  show(QUEUE, at('2026-12-23'), 'done')
  expect(await screen.findByText('not now, back on 24 Dec 2026')).toBeTruthy()
})

test('a viewer sees what is at stake, and no button that decides', async () => {
  groups = ['viewer']
  show()
  expect((await screen.findByTestId('queue-counts')).textContent).toBe('2 open · 0 done · US$2,513 at stake')
  expect(screen.queryByRole('button', { name: /Called/ })).toBeNull()
})

const LONG = queueItems(
  {
    columns: ['item_id', 'subject', 'reason', 'region', 'risk'].map((name) => ({ name })),
    rows: Array.from({ length: 26 }, (_, at) => [
      String(at),
      `Customer ${at} · Sweden`,
      'silent 43 days, {risk} of it in {region}',
      at === 3 ? 'region=IE' : 'region=SE',
      at === 4 ? 0.339 : 0.2,
    ]),
  },
  [],
)
const finder = () => screen.findByLabelText('Find in this queue')
const hits = () => screen.getByLabelText('Items with these words').textContent
/** The buttons of the listed items: of a long list, roles and names are slow to compute. */
const subjects = () => [...document.querySelectorAll<HTMLElement>('.queue-subject')]

test('items are found by the words that they show, and the line says of how many', async () => {
  show(QUEUE, LONG, 'open', 120)
  const find = await finder()
  expect(hits()).toBe('')
  fireEvent.change(find, { target: { value: 'ireland' } })
  expect(subjects().map((item) => item.textContent)).toEqual(['Customer 3 · Sweden'])
  expect(hits()).toBe('1 of 26 items has these words. 120 less urgent ones are not searched.')
  fireEvent.change(find, { target: { value: '33.9' } })
  expect(subjects().map((item) => item.textContent)).toEqual(['Customer 4 · Sweden'])
  fireEvent.change(find, { target: { value: '{risk}' } })
  expect(hits()).toBe('0 of 26 items have these words. 120 less urgent ones are not searched.')
})

test('keys decide again when the item whose note was asked for is out of sight', async () => {
  show(ASKING, LONG)
  const find = await finder()
  await vi.waitFor(() =>
    expect(document.querySelector('.queue-item button:not(.queue-subject)')).toBeTruthy(),
  )
  subjects()[0]?.focus()
  await userEvent.keyboard('m')
  expect(screen.getByLabelText('What is it about?')).toBeTruthy()
  fireEvent.change(find, { target: { value: 'customer 25' } })
  subjects()[0]?.focus()
  await userEvent.keyboard('n')
  expect(sent).toMatchObject([{ item_id: '25', action: 'not_now' }])
}, 15_000)

test('a queue whose listed items are decided says that others are not listed', () => {
  show(QUEUE, [], 'open', 120)
  expect(screen.getByText('All listed items are decided. 120 less urgent ones are not listed.')).toBeTruthy()
})

test('the button that opens an item leaves the focus on the item', async () => {
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Open: Customer 1' }))
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Customer 1' }))
})

test('of a long queue those items are listed that have the typed words', async () => {
  show(QUEUE, LONG)
  const find = await finder()
  fireEvent.change(find, { target: { value: 'sweden 25' } })
  expect(subjects().map((item) => item.textContent)).toEqual(['Customer 25 · Sweden'])
  expect(sent).toEqual([])
  fireEvent.change(find, { target: { value: 'sweden 25 nowhere' } })
  expect(screen.getByText('No item here has these words.')).toBeTruthy()
})

/** Items of these values, the last of which, from a place on, may wait. */
const itemsWorth = (values: number[], waitFrom: number) =>
  queueItems(
    {
      columns: ['item_id', 'subject', 'value', 'title_may_wait'].map((name) => ({ name })),
      rows: values.map((value, at) => [String(at), `Customer ${at}`, value, at >= waitFrom]),
    },
    [],
  )

const enoughLine = () => screen.queryByText(/^Up to here/)

test('a line says which items may wait, and what they are worth', () => {
  const queue = { ...QUEUE, value_label: 'expected loss' }
  show(queue, itemsWorth([600, 310, 50, 30, 10], 2))
  expect(enoughLine()?.textContent).toBe(
    'Up to here US$910 of US$1,000 expected loss. The 3 items below, US$90.00 together, may wait.',
  )
  expect(enoughLine()?.closest('li')?.previousElementSibling?.textContent).toContain('Customer 1')
})

test('where items are not listed, the line says that they may wait, too', () => {
  show({ ...QUEUE, value_label: 'expected loss' }, itemsWorth([600, 310, 50, 30, 10], 2), 'open', 120)
  expect(enoughLine()?.textContent).toBe(
    'Up to here US$910 expected loss. The 3 items below, US$90.00 together, and 120 that are not listed may wait.',
  )
})

test.each([
  ['where no item may wait', 5],
  ['where each may', 0],
])('no such line stands in a queue %s', (_, waitFrom) => {
  show(QUEUE, itemsWorth([600, 310, 50, 30, 10], waitFrom))
  expect(enoughLine()).toBeNull()
})
