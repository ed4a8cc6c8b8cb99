// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
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
    const body = table ? { table, columns: LINEAGE[table], rows: [] } : CONTENTS
    return Promise.resolve(new Response(JSON.stringify(body)))
  })
})
afterEach(cleanup)

function show(table: string): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
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
