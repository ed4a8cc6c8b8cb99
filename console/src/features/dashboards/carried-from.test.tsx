// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { CarriedFrom } from './carried-from'
import { useChosen } from './filter-bar'
import { testFilter } from './test-filters'
import { addressOfLeft, type Source, useCarried } from './use-carried'

afterEach(cleanup)

const HALL = testFilter()
const FILTERS = [HALL]
const TABLES = [
  testTable('halls', [testColumn('hall_id', { primary_key: true }), testColumn('hall_name')]),
  testTable('visits', [testColumn('hall_name')], { database: 'prod', system: 'pulse' }),
]

/** The dashboard of the link, whose filter by the same column has another name. */
const PLAN: Source = { title: 'Plan', filters: [{ ...HALL, name: 'place', column: 'hall_id' }] }

/** The part of a dashboard that a link opened, and whether its panels are held back. */
function Page({ filters, source }: { filters: ReturnType<typeof testFilter>[]; source?: Source }) {
  const isCarrying = useCarried(filters, TABLES, source)
  return (
    <>
      <CarriedFrom filters={filters} chosen={useChosen(filters)} />
      <p data-testid="address">{useLocation().search}</p>
      <p data-testid="panels">{isCarrying ? 'held back' : 'asked'}</p>
    </>
  )
}

/** Opens the page by a link from a dashboard that was filtered by a column; `named` is the name of the id N1. */
function open(column: string, value: string, named = 'North', filters = FILTERS, address = ''): void {
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const isValues = String(init?.body).includes(HALL.values)
    const rows = url.includes('/values/') ? [['North'], ['South']] : [[named]]
    const answer = url.includes('/rows')
      ? { columns: [{ name: 'hall_name', type: 'varchar' }], rows, next_cursor: '' }
      : { query_id: isValues ? 'values' : 'id', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
    return Promise.resolve(Response.json(url.includes('/v1/catalog') ? { tables: TABLES } : answer))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const left = {
    filters: [
      {
        column,
        values: value.split('|'),
        tables: ['plan'],
        bound: '',
        words: `Place: ${value}`,
        origin: 'Plan',
      },
    ],
  }
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter
          initialEntries={[
            address
              ? { pathname: '/dashboards/pulse', search: address }
              : { pathname: '/dashboards/pulse', state: { left } },
          ]}
        >
          <Page filters={filters} {...(address ? { source: PLAN } : {})} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

const textOf = (name: string) => screen.getByTestId(name).textContent

test('a filter of the dashboard before is in the address, and can be removed where it is named', async () => {
  open('hall_id', 'N1')
  expect(textOf('panels')).toBe('held back')
  const remove = await screen.findByRole('button', { name: 'Remove: Hall: North' })
  expect(screen.getByText('From “Plan”:')).toBeTruthy()
  expect([textOf('address'), textOf('panels')]).toEqual(['?hall=North', 'asked'])
  expect(screen.queryByText(/does not apply here/)).toBeNull()
  fireEvent.click(remove)
  await expect.poll(() => textOf('address')).toBe('')
  expect(screen.queryByText('From “Plan”:')).toBeNull()
})

test.each([
  ['a filter that the page does not know', 'kind', 'art', 'North'],
  ['a value that its filter does not offer', 'hall_name', 'Attic', 'North'],
  ['an id whose name its filter does not offer', 'hall_id', 'N1', 'Attic'],
])('%s is dropped, and the page says so', async (_, column, value, named) => {
  open(column, value, named)
  const waits = `Place: ${value}, chosen on “Plan”, does not apply here. It waits for a dashboard that has it.`
  expect(await screen.findByText(waits)).toBeTruthy()
  expect([textOf('address'), textOf('panels')]).toEqual(['', 'asked'])
  expect(screen.queryByText('From “Plan”:')).toBeNull()
})

test('a page that shows one at a time takes the first of several, and says so', async () => {
  open('hall_name', 'North|South', 'North', [{ ...HALL, whole: 'total' }])
  const words =
    'Place: North|South was chosen on “Plan”. This page shows one at a time, and the first was taken.'
  expect(await screen.findByText(words)).toBeTruthy()
  expect(textOf('address')).toBe('?hall=North')
})

test('a link that is opened in a new tab has the filters of its dashboard in its address', async () => {
  expect(addressOfLeft('plan', {})).toBe('')
  const address = addressOfLeft('plan', { place: ['N1'] })
  expect(address).toBe('?of=plan&place=N1')
  open('', '', 'North', FILTERS, address)
  expect(await screen.findByText('From “Plan”:')).toBeTruthy()
  expect([textOf('address'), textOf('panels')]).toEqual(['?hall=North', 'asked'])
})
