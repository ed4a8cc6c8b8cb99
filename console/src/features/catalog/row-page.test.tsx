// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import type { Result } from '../query/results'
import { AboutIt, Facts } from './row-page'

afterEach(cleanup)

test('what a system says of a thing has its amounts, with how far they may be trusted', async () => {
  const columns = [
    { name: 'guest_id', type: 'bigint' },
    { name: 'expected', type: 'double' },
  ]
  const table = { name: 'guest_value', system: 'guests', database: 'lake', columns, newest_by: [] }
  const trust = [{ tables: ['guest_value'], words: ['not clearly nearer in tests'], sql: '', source: '' }]
  const answers: Record<string, object> = {
    '/v1/queries': { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
    '/v1/queries/q/rows': { columns, rows: [[7, 12]], next_cursor: '' },
    '/v1/contracts/prod/guest_value': { first_columns: ['guest_id', 'expected'], column_list: [] },
    '/v1/dashboards': {
      dashboards: [{ system: 'guests', trust, row_pages: [], queues: [], panels: [], alerts: [] }],
    },
    '/v1/catalog': { tables: [table] },
    '/v1/systems/guests/tables/guest_value': { version: '1', as_of: '2026-11-30', columns },
  }
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(Response.json(answers[new URL(url).pathname] ?? { models: [], runs: [] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <AboutIt table={table as never} keyColumn={columns[0] as never} value="7" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByText('12')).tagName).toBe('DD')
  expect(await screen.findByText(/not clearly nearer in tests/)).toBeTruthy()
  const link = screen.getByRole('link', { name: 'Everything in Guest value about it' })
  expect(link.getAttribute('href')).toBe('#/tables/guests/guest_value?filter=guest_id%3Aeq%3A7')
})

test('an id that names another row says where its link leads', async () => {
  const key = { name: 'guest_id', type: 'bigint', primary_key: true, references: '' }
  const tables = [{ name: 'guests', system: '', database: 'lake', columns: [key] }]
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ tables })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const rows = { columns: [{ name: 'guest_id', type: 'bigint' }], rows: [[7]] } as unknown as Result
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Facts table="stays" rows={rows} leftOut="" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByRole('link', { name: '7' })).title).toBe('Open its row in guests')
})

test('a figure on the page of a row has its unit', async () => {
  const columns = [
    { name: 'silent', type: 'bigint', unit: 'days' },
    { name: 'risk', type: 'double', unit: 'probability' },
    { name: 'expected', type: 'double', unit: 'purchases' },
  ]
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ tables: [{ name: 't', system: 's', database: 'lake', columns }] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const rows = { columns, rows: [[92, 0.5, 1]] } as unknown as Result
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Facts table="t" rows={rows} leftOut="" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByText('92 days')).tagName).toBe('DD')
  const texts = [...document.querySelectorAll('dd')].map(({ textContent }) => textContent.trim())
  expect(texts).toEqual(['92 days', '50 %', '1 purchase'])
})

test('the page of a row has all digits that are stored; a computed row has those that a table needs', async () => {
  const columns = [
    { name: 'amount', type: 'double', unit: 'GBP' },
    { name: 'total', type: 'double', unit: '' },
    { name: 'travelled', type: 'decimal(10,0)', unit: 'km' },
    { name: 'weight', type: 'double', unit: 'kg' },
  ]
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ tables: [{ name: 't', system: '', database: 'lake', columns }] })),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const rows = { columns, rows: [[16554.88, 116.48, '9999', 12.3456789]] } as unknown as Result
  const client = new QueryClient()
  const textsOf = async (areComputed: boolean): Promise<string[]> => {
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          <Facts table="t" rows={rows} leftOut="" areComputed={areComputed} />
        </QueryClientProvider>
      </MantineProvider>,
    )
    await screen.findByText('9,999 km')
    const texts = [...document.querySelectorAll('dd')].map(({ textContent }) => textContent.trim())
    cleanup()
    return texts
  }
  expect(await textsOf(false)).toEqual(['£16,554.88', '116.48', '9,999 km', '12.3456789 kg'])
  expect(await textsOf(true)).toEqual(['£16,554.88', '116.48', '9,999 km', '12.35 kg'])
})

test('a place in the store is the name of its table with a link, and its whole path is folded', async () => {
  const columns = [{ name: 'place', type: 'varchar' }]
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      Response.json({ tables: [{ name: 'scores', system: 'risk', database: 'lake', columns }] }),
    ),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const place = 's3://lake-prod/tables/scores/part-1.parquet'
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Facts table="scores" rows={{ columns, rows: [[place]] } as unknown as Result} leftOut="" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect((await screen.findByRole('link', { name: 'Scores' })).getAttribute('href')).toBe(
    '#/tables/risk/scores',
  )
  expect(screen.getByText(place).closest('details')?.open).toBe(false)
})
