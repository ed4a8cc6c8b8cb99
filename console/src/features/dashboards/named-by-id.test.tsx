// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { testFilter } from './test-filters'
import { UnknownFilters } from './unknown-filters'

afterEach(cleanup)

const FILTER = testFilter()
const TABLES = [
  testTable('halls', [
    testColumn('hall_id', { type: 'varchar', primary_key: true }),
    testColumn('hall_name', { type: 'varchar' }),
  ]),
  // A table of other things whose rows have a hall says nothing of its name.
  testTable('concerts', [
    testColumn('concert_id', { type: 'varchar', primary_key: true }),
    testColumn('hall_id', { type: 'varchar' }),
  ]),
]
const asked: string[] = []

const Address = () => <p data-testid="address">{useLocation().search}</p>

const BY_ID = testFilter({ column: 'hall_id' })
const unknown = (filter: typeof FILTER) => [{ filter, words: 'No hall is this.', isEmpty: true }]

function show(rows: string[][], address: string, values: ReturnType<typeof unknown> = []): void {
  asked.length = 0
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    if (init?.method === 'POST') asked.push((JSON.parse(String(init.body)) as { sql: string }).sql)
    const answer = url.includes('/v1/catalog')
      ? { tables: TABLES }
      : url.includes('/rows')
        ? { columns: [{ name: 'hall_name', type: 'varchar' }], rows, next_cursor: '' }
        : { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
    return Promise.resolve(Response.json(answer))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter initialEntries={[address]}>
          <UnknownFilters filters={[FILTER]} values={values} />
          <Address />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a link that filters by an id becomes the filter by the name that the id has', async () => {
  show([['North']], '/dashboards/own?hall_id=N1')
  await vi.waitFor(() => expect(screen.getByTestId('address').textContent).toBe('?hall=North'))
  expect(asked).toEqual([`SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" = 'N1' LIMIT 2`])
  expect(screen.queryByText(/is not applied/)).toBeNull()
})

test('an id without a name is named as no filter, and nothing is filtered by it', async () => {
  show([], '/dashboards/own?hall_id=N1')
  expect(await screen.findByText(/^“hall_id=N1” in the address is not applied/)).toBeTruthy()
  expect(screen.getByTestId('address').textContent).toBe('?hall_id=N1')
})

test.each([
  [
    'an id',
    FILTER,
    'N1',
    'North',
    `SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" = 'N1' LIMIT 2`,
  ],
  [
    'a name',
    BY_ID,
    'North',
    'N1',
    `SELECT DISTINCT "hall_id" FROM curated.halls WHERE "hall_name" = 'North' LIMIT 2`,
  ],
])(
  '%s that the filter calls otherwise becomes the value that it offers',
  async (_, filter, from, to, sql) => {
    show([[to]], `/dashboards/own?hall=${from}`, unknown(filter))
    await vi.waitFor(() => expect(screen.getByTestId('address').textContent).toBe(`?hall=${to}`))
    expect(asked[0]).toBe(sql)
  },
)

test('a value that nothing has is named', async () => {
  show([], '/dashboards/own?hall=X', unknown(FILTER))
  expect(await screen.findByText('No hall is this. Choose another value, or show all.')).toBeTruthy()
  expect(screen.getByTestId('address').textContent).toBe('?hall=X')
})
