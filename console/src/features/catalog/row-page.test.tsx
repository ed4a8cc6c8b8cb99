// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import type { Result } from '../query/results'
import { Facts, replacedOn } from './row-page'

afterEach(cleanup)

test('a column of which a part of the page shows the figure is no field beside it', () => {
  const part = { dataset: 'guests', table: 'guest_value', replaces: ['expected'] }
  const others = [
    { ...part, dataset: 'rooms', replaces: ['nights'] },
    { ...part, table: 'guest_risk', replaces: ['risk'] },
  ]
  const boards = [{ row_pages: [part, ...others] }] as unknown as Parameters<typeof replacedOn>[0]
  expect([...replacedOn(boards, 'guests', 'guest_value')]).toEqual(['expected'])
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
