// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, waitFor, within } from '@testing-library/react'
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
  risks: [
    {
      ...COLUMN,
      column: 'at_stake',
      sources: [
        { system: '', table: 'orders', column: 'ordered_at', uses: ['TRANSFORMATION'] },
        { system: '', table: 'limits', column: 'kind', uses: ['CONDITIONAL'] },
        { system: 'own', table: 'values', column: 'expected', uses: ['TRANSFORMATION'] },
      ],
    },
    { ...COLUMN, column: 'model' },
  ],
  scores: [{ ...COLUMN, unknown: 'Its contract does not declare it.' }],
  orders: [{ ...COLUMN, feeds: [{ system: 'models', table: 'totals', column: 'n', uses: ['AGGREGATION'] }] }],
  payments: [
    {
      ...COLUMN,
      headers: [{ header: 'Betrag', files: 3 }],
      readers: [
        { kind: 'panel', system: 'own', name: 'sums', title: 'How much was paid?', sql: '' },
        { kind: 'question', system: 'own', name: 'paid', title: 'Who paid? By method.', sql: '' },
        { kind: 'kept', system: '', name: 'Sum (net)', title: 'Sum (net)', sql: 'SELECT 1', by: 'ana' },
        { kind: 'kept', system: '', name: 'Sum (net)', title: 'Sum (net)', sql: 'SELECT 2', by: 'ben' },
        ...Array.from({ length: 7 }, (_, at) => ({
          kind: 'kept',
          system: '',
          name: `More ${at}`,
          title: `More ${at}`,
          sql: 'SELECT 3',
          by: 'eve',
        })),
      ],
    },
  ],
}

const CATALOG = {
  tables: [
    {
      name: 'orders',
      columns: [
        { name: 'ordered_at', type: 'timestamp', label: 'Day of the order', unit: '', description: '' },
      ],
    },
    {
      name: 'risks',
      columns: [
        { name: 'net_usd', type: 'decimal(18,2)', label: '', unit: 'USD', description: '' },
        {
          name: 'at_stake',
          type: 'decimal(18,2)',
          label: '',
          unit: 'USD',
          description: 'Share of net_usd, by ordered_at',
        },
      ],
    },
  ],
}

const KEPT = [
  { name: 'Sum (net)', by: 'ana', sql: 'SELECT 1', kind: 'bar', x: 'a', y: ['n'], series: '', at: '' },
]

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
    if (url.endsWith('/v1/me')) return Promise.resolve(Response.json({ name: 'ana', groups: [] }))
    if (url.endsWith('/v1/kept-questions')) return Promise.resolve(Response.json({ questions: KEPT }))
    const isCatalog = url.endsWith('/v1/catalog')
    const lineage = table && {
      table,
      columns: LINEAGE[table],
      rows: [],
      is_declared: table === 'risks',
    }
    const body = lineage ?? (isContents ? CONTENTS : isCatalog ? CATALOG : { tables: [] })
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
    'Python code builds this table, and its contract does not declare the sources of its columns. It reads Orders and Payments.',
  )
  expect(screen.getByRole('link', { name: 'Payments' }).getAttribute('href')).toBe('#/datasets/payments')
})

test('a dataset names the tables of Python code that read it, and not those whose columns are traced', async () => {
  show('orders')
  const words = await screen.findByText(/^The sources of columns are not declared/)
  expect(words.textContent).toBe(
    'The sources of columns are not declared for every table that Python code builds. It reads this dataset for Scores.',
  )
  expect(screen.getByRole('link', { name: 'Scores' }).getAttribute('href')).toBe('#/tables/own/scores')
})

test('a column of a dataset names the headers that are mapped to it, and the statements that read it', async () => {
  show('payments', 'a')
  expect((await screen.findByText(/Betrag/)).textContent).toBe('“Betrag” in 3 files, mapped to this column')
  const addresses = ['How much was paid?', 'Who paid?'].map((name) =>
    screen.getByRole('link', { name }).getAttribute('href'),
  )
  expect(addresses).toEqual(['#/dashboards/own?panel=sums', '#/query?question=paid'])
  expect(within(document.body).queryByText(/^No column of an SQL model/)).toBeNull()
})

test('a question that a person saved has its author, its chart and whole name, and waits to be run', async () => {
  show('payments', 'a')
  await screen.findByText('saved by you')
  const [own, other] = screen.getAllByRole('link', { name: 'Sum (net)' })
  expect(own?.closest('li')?.textContent).toBe('Sum (net) saved by you')
  await waitFor(() =>
    expect(own?.getAttribute('href')).toBe('#/query?sql=SELECT+1&view=chart&x=a&y=n&kind=bar&run='),
  )
  expect(other?.closest('li')?.textContent).toBe('Sum (net) saved by ben')
  expect(other?.getAttribute('href')).toBe('#/query?sql=SELECT+2&view=table&run=')
})

test('the readers after the tenth are folded', async () => {
  show('payments', 'a')
  const folded = (await screen.findByText('and 1 more')).closest('details')
  expect(folded?.open).toBe(false)
  expect([...(folded?.querySelectorAll('a') ?? [])].map((link) => link.textContent)).toEqual(['More 6'])
})

test('the sources of a declared column are listed by table with their titles, and those that only decide are folded', async () => {
  show('risks', 'at_stake')
  await screen.findByText(/^Share of “Net”, by “Day of the order”\. Unit: USD\./)
  const rows = within(screen.getByRole('table', { name: 'Its value comes from' }))
    .getAllByRole('row')
    .map((row) => [...row.querySelectorAll('td, th')].map((cell) => cell.textContent))
  expect(rows).toEqual([
    ['Table', 'Its value comes from', 'Through'],
    ['Orders', 'Day of the order', 'no other table'],
    ['Values', 'Expected', 'no other table'],
  ])
  const folded = screen.getByText('Only decides in 1 further table').closest('details')
  expect(folded?.open).toBe(false)
  expect(folded?.textContent).toContain('which value these have: Kind')
  expect(screen.getByRole('link', { name: 'Day of the order' }).getAttribute('href')).toBe(
    '#/datasets/orders?column=ordered_at',
  )
  const table = screen.getByRole('table', { name: 'Its value comes from' })
  expect(within(table).getByRole('link', { name: 'Values' }).getAttribute('href')).toBe('#/tables/own/values')
  expect(screen.getByText(/^As the contract of the table declares it/)).toBeTruthy()
})

test('a declared constant says that it comes from no column', async () => {
  show('risks', 'model')
  await screen.findByText('No column: a name, a setting or the stamp of the run.')
})
