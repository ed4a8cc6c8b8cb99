// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { Link, MemoryRouter, Route, Routes, useParams } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { TableRows } from './table-rows'

const NOTHING = { tables: [], dashboards: [], column_list: [], first_columns: [] }
const ROWS = { columns: [{ name: 'name', type: 'varchar' }], rows: [['Alps']], total: 1, next_cursor: '' }

const CONTRACT = { ...NOTHING, column_list: [{ name: 'name', type: 'varchar', label: '', unit: '' }] }

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string | URL | Request) => {
    const asked = String(url)
    if (asked.includes('/contracts/')) return Promise.resolve(Response.json(CONTRACT))
    if (!asked.includes('/rows')) return Promise.resolve(Response.json(NOTHING))
    const isFirst = asked.includes('/trips/') && !asked.includes('sort=name')
    return isFirst ? Promise.resolve(Response.json(ROWS)) : new Promise(() => undefined)
  })
})
afterEach(cleanup)

function Page() {
  const { table = '' } = useParams()
  return (
    <>
      <TableRows system="own" table={table} />
      <Link to="/trips?sort=name">In order</Link>
      <Link to="/nope">Another table</Link>
    </>
  )
}

function show(address: string): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter initialEntries={[address]}>
          <Routes>
            <Route path="/:table" element={<Page />} />
          </Routes>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

async function shown(): Promise<void> {
  show('/trips')
  await screen.findByText('1 of 1 rows')
}

const isBusy = () => screen.getByText('1 of 1 rows').closest('[aria-busy]')?.getAttribute('aria-busy')

test('rows of a table stay, as busy, until those of another order are there', async () => {
  await shown()
  expect(isBusy()).toBe('false')
  fireEvent.click(screen.getByRole('link', { name: 'In order' }))
  await vi.waitFor(() => expect(isBusy()).toBe('true'))
})

test('no row of one table is shown as a row of another', async () => {
  await shown()
  fireEvent.click(screen.getByRole('link', { name: 'Another table' }))
  await vi.waitFor(() => expect(screen.queryByText('1 of 1 rows')).toBeNull())
})

test('a filter on a column that the table lacks says so, and can be removed', async () => {
  show('/trips?filter=foo:eq:1')
  await screen.findByText('This table has no column foo.')
  fireEvent.click(screen.getByRole('button', { name: 'Remove the filter' }))
  await screen.findByText('1 of 1 rows')
})
