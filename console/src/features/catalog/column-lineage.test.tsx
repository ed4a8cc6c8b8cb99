// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { ColumnLineagePanel } from './column-lineage'

const CONTENTS = {
  tables: [
    { name: 'orders', system: '', rows: 2, as_of: '', reads: [], question: '', asks: '' },
    { name: 'payments', system: '', rows: 2, as_of: '', reads: [], question: '', asks: '' },
    {
      name: 'scores',
      system: 'own',
      rows: 2,
      as_of: '',
      reads: ['orders', 'payments'],
      question: '',
      asks: '',
    },
    { name: 'totals', system: 'models', rows: 2, as_of: '', reads: ['orders'], question: '', asks: '' },
  ],
}
const COLUMN = { column: 'a', sources: [], feeds: [], unknown: '' }
const LINEAGE = {
  scores: [{ ...COLUMN, unknown: 'Python code is not traced by column.' }],
  orders: [{ ...COLUMN, feeds: [{ system: 'models', table: 'totals', column: 'n', uses: ['AGGREGATION'] }] }],
  payments: [
    {
      ...COLUMN,
      headers: [{ header: 'Betrag', files: 3 }],
      readers: [
        { kind: 'panel', system: 'own', name: 'sums', title: 'How much was paid?', sql: '' },
        { kind: 'question', system: 'own', name: 'paid', title: 'Who paid? By method.', sql: '' },
        { kind: 'kept', system: '', name: 'Mine', title: 'Mine', sql: 'SELECT a FROM payments' },
      ],
    },
  ],
}

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }))
  vi.stubGlobal('fetch', (asked: string | URL | Request) => {
    const url = asked instanceof Request ? asked.url : String(asked)
    const table = /lineage\/(\w+)\/columns/.exec(url)?.[1] as keyof typeof LINEAGE | undefined
    const isContents = url.endsWith('/v1/catalog/contents')
    const body = table ? { table, columns: LINEAGE[table], rows: [] } : isContents ? CONTENTS : { tables: [] }
    return Promise.resolve(new Response(JSON.stringify(body)))
  })
})
afterEach(cleanup)

function show(table: string, column = ''): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter initialEntries={[column ? `/?column=${column}` : '/']}>
          <ColumnLineagePanel table={table} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a table of Python code names the datasets that it reads', async () => {
  show('scores')
  const words = await screen.findByText(/^Python code builds this table/)
  expect(words.textContent).toBe(
    'Python code builds this table, and is not traced by column. It reads Orders and Payments.',
  )
  expect(screen.getByRole('link', { name: 'Payments' }).getAttribute('href')).toBe('#/datasets/payments')
})

test('a dataset names the tables of Python code that read it, and not those whose columns are traced', async () => {
  show('orders')
  const words = await screen.findByText(/^Python code is not traced/)
  expect(words.textContent).toBe('Python code is not traced by column. It reads this dataset for Scores.')
  expect(screen.getByRole('link', { name: 'Scores' }).getAttribute('href')).toBe('#/tables/own/scores')
})

test('a column of a dataset names the headers that are mapped to it, and the statements that read it', async () => {
  show('payments', 'a')
  expect((await screen.findByText(/Betrag/)).textContent).toBe('“Betrag” in 3 files, mapped to this column')
  const addresses = ['How much was paid?', 'Who paid?', 'Mine'].map((name) =>
    screen.getByRole('link', { name }).getAttribute('href'),
  )
  expect(addresses[1]).toBe('#/query?question=paid')
  expect(addresses[2]).toBe('#/query?sql=SELECT%20a%20FROM%20payments')
  expect(within(document.body).queryByText(/^No column of an SQL model/)).toBeNull()
})
