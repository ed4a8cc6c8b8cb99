// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { testDecision } from '../work/test-decisions'
import { EMPTY_PANEL } from './empty-panel'
import { Kpi } from './kpi'

afterEach(cleanup)
beforeEach(() => {
  answer = ROW
  narrow = (sql) => sql
})

const SQL = 'SELECT sum(amount) AS value FROM sales'
const PANEL = {
  ...EMPTY_PANEL,
  name: 'sold',
  question: 'How much was sold?',
  kind: 'kpi',
  table: 'sales',
  sql: SQL,
}
const BOARD = { system: 'own', title: 'Own', queues: [], trust: [], panels: [] }
const CONTRACT = {
  name: 'sales',
  description: 'All sales.',
  column_list: [
    { name: 'amount', description: 'What was paid.', unit: '' },
    { name: 'shop', description: 'Where.', unit: '' },
  ],
}
let answer: object
let narrow: (sql: string) => string
const ROW = { columns: [{ name: 'value', type: 'double' }], rows: [[5]], next_cursor: '' }
const ANSWER: Record<string, object> = {
  '/v1/me': { name: 'ana', groups: ['viewer'] },
  '/v1/contracts/prod/sales': CONTRACT,
  '/v1/queries': { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
}

function show(
  board: object = BOARD,
  panel: object = {},
  items?: object,
  address = '',
  onLine?: () => void,
): void {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  if (items) queries.setQueryData(['result', 'SELECT queue'], items)
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      Response.json(
        new URL(url).pathname.endsWith('/rows')
          ? answer
          : (ANSWER[new URL(url).pathname] ?? { tables: [], runs: [], questions: [] }),
      ),
    ),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <MemoryRouter>
          <Kpi
            panel={{ ...PANEL, ...panel } as unknown as Schemas['Panel']}
            board={board as unknown as Schemas['Dashboard']}
            narrowed={{ sql: SQL, rows: [], ignored: [], words: [], address, narrow } as never}
            onLine={onLine}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

const choose = async (name: string): Promise<void> => {
  await userEvent.click(screen.getByRole('button', { name: 'More about: How much was sold?' }))
  await userEvent.click(await screen.findByRole('menuitem', { name }))
}

test('a figure has the menu of a chart: its SQL, the columns that it counts, and where it comes from', async () => {
  show()
  await vi.waitFor(() => expect(screen.getByTestId('figure-sold').textContent).toBe('5'))
  await choose('SQL')
  expect(await screen.findByText(SQL)).toBeTruthy()
  expect(screen.queryByTestId('figure-sold')).toBeNull()
  await choose('Definition of the columns')
  expect(await screen.findByText('What was paid.')).toBeTruthy()
  expect(screen.queryByText('Where.')).toBeNull()
  await choose('Figure')
  expect(await screen.findByTestId('figure-sold')).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'More about: How much was sold?' }))
  const origin = await screen.findByRole('menuitem', { name: 'Where it comes from' })
  expect(origin.getAttribute('href')).toBe('#/tables/own/sales')
})

test('a figure that is not there has its reason instead of a dash', async () => {
  const columns = ['value', 'reason'].map((name) => ({ name, type: 'varchar' }))
  answer = { columns, rows: [[null, 'Too few sales to compare.']], next_cursor: '' }
  show()
  expect(await screen.findByText('Too few sales to compare.')).toBeTruthy()
  expect(screen.queryByTestId('figure-sold')).toBeNull()
})

test('a figure that is a reason only has a line below the others, which take its room', async () => {
  const columns = ['value', 'reason'].map((name) => ({ name, type: 'varchar' }))
  answer = { columns, rows: [[null, 'Too few sales to compare.']], next_cursor: '' }
  const onLine = vi.fn()
  show(BOARD, { answer: 'Possible sales' }, undefined, '', onLine)
  expect((await screen.findByText('Too few sales to compare.')).parentElement?.textContent).toBe(
    'Possible sales · Too few sales to compare.',
  )
  expect(onLine).toHaveBeenLastCalledWith('sold', true)
  await choose('SQL')
  expect(onLine).toHaveBeenLastCalledWith('sold', false)
})

const WRITTEN = { ...BOARD, written_by: 'ana', filters_of_tables: true }

test('a figure of a person needs no column of a certain name, and has all of its digits and its unit', async () => {
  answer = {
    columns: [{ name: 'revenue', type: 'double', unit: 'EUR' }],
    rows: [[195920.42]],
    next_cursor: '',
  }
  show(WRITTEN)
  expect((await screen.findByTestId('figure-of-revenue')).textContent).toBe('€195,920.42')
})

test('several numbers of a row are several figures, each with its heading', async () => {
  answer = {
    columns: [
      { name: 'guests', type: 'bigint' },
      { name: 'at_stake', type: 'double', unit: 'EUR' },
    ],
    rows: [[359, 80915.71]],
    next_cursor: '',
  }
  show(WRITTEN)
  expect((await screen.findByTestId('figure-of-guests')).textContent).toBe('359')
  expect(screen.getByTestId('figure-of-at_stake').textContent).toBe('€80,915.71')
  expect(screen.getByText('At stake')).toBeTruthy()
})

test('the unit of a panel is that of its only figure', async () => {
  answer = { columns: [{ name: 'part', type: 'double' }], rows: [[0.8579]], next_cursor: '' }
  show(WRITTEN, { unit: 'share' })
  expect((await screen.findByTestId('figure-of-part')).textContent).toBe('85.79 %')
})

test('an answer that is no figure says why, and nothing false', async () => {
  answer = { columns: [{ name: 'sold', type: 'double' }], rows: [[1], [2]], next_cursor: '' }
  show(WRITTEN)
  expect(await screen.findByText(/^One figure needs one row/)).toBeTruthy()
})

const QUEUE = { name: 'calls', title: 'Calls', table: 'sales', sql: 'SELECT queue', unit: '', actions: [] }
const ITEMS = {
  columns: ['item_id', 'value'].map((name) => ({ name, type: 'double' })),
  rows: [
    ['1', 40],
    ['2', 85],
  ],
}

test('a figure says what was decided of its queue, under filters of the items that fit them', async () => {
  ANSWER['/v1/decisions'] = { decisions: [testDecision('1', 'called', { decided_at: '2026-11-24T03:00' })] }
  ANSWER['/v1/runs'] = { runs: [{ name: 'r', state: 'succeeded', started_at: '2026-11-24T02:00:00' }] }
  show({ ...BOARD, queues: [QUEUE] }, { queue: 'calls' }, ITEMS)
  expect(await screen.findByText(/^Queue: 1 decided since the run; 1 open/)).toBeTruthy()
  cleanup()
  narrow = (sql) => (sql === QUEUE.sql ? 'SELECT queue of DE' : sql)
  answer = { ...ITEMS, columns: [...ITEMS.columns], rows: [['1', 40]], next_cursor: '' }
  show({ ...BOARD, queues: [QUEUE] }, { queue: 'calls' }, ITEMS, 'region=DE')
  expect(await screen.findByText(/^Queue: 1 decided since the run; 0 open/)).toBeTruthy()
})

test('filters that do not reach the queue count none of its items', async () => {
  ANSWER['/v1/decisions'] = { decisions: [testDecision('1', 'called')] }
  show({ ...BOARD, queues: [QUEUE] }, { queue: 'calls' }, ITEMS, 'region=DE')
  await screen.findByTestId('figure-sold')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(screen.queryByText(/^Queue:/)).toBeNull()
})

test('a tile has two facts on lines of their own and the first step; the rest is a click away', async () => {
  const columns = ['value', 'left', 'off', 'later'].map((name) => ({ name, type: 'double' }))
  answer = { columns, rows: [[9, 4, 7, 8]], next_cursor: '' }
  const said = 'Sold; {left} still to sell; tests were off by {off}; about {later} in May'
  show(BOARD, { answer: said, action: 'Buy for the rest. Count on less cash.', details: [] })
  const first = await screen.findByText('4 still to sell')
  expect(screen.getByText('Tests were off by 7').closest('details')).toBeNull()
  expect(first.closest('details')).toBeNull()
  expect(screen.getByText('Buy for the rest.').closest('details')).toBeNull()
  const more = screen.getByText('More about this figure').closest('details')
  expect(more?.textContent).toBe('More about this figureAbout 8 in MayCount on less cash.')
})

test('a change that may be chance is neither good nor bad, and says so', async () => {
  const columns = ['value', 'before', 'title_before_note'].map((name) => ({ name, type: 'double' }))
  const answered = (note: string | null) => ({ columns, rows: [[7, 5, note]], next_cursor: '' })
  answer = answered('may be chance')
  show(BOARD, { better: 'higher' })
  const grey = await screen.findByText(/^▲ 40\.0 % against 5 before: may be chance$/)
  const greyStyle = grey.getAttribute('style')
  cleanup()
  answer = answered(null)
  show(BOARD, { better: 'higher' })
  const green = await screen.findByText(/^▲ 40\.0 % against 5 before$/)
  expect(greyStyle).toContain('dimmed')
  expect(green.getAttribute('style')).not.toContain('dimmed')
})

test('a figure of a dashboard that a person wrote names its tables', async () => {
  const sales = { name: 'sales', system: 'own', database: 'prod', columns: [] }
  ANSWER['/v1/catalog'] = { tables: [sales] }
  show({ ...BOARD, written_by: 'ben' })
  await vi.waitFor(() =>
    expect(document.querySelector('[data-answer-origin]')?.textContent).toBe('From Sales'),
  )
})
