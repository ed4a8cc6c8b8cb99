// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { headerTitle, headerWords, RememberedHeaders, titleAmong } from './remembered-headers'

afterEach(cleanup)

const HEADER: Schemas['RememberedDecisionsOfHeader'] = {
  source: 'uploads',
  header: '0123456789abcdef',
  decided_at: '2026-11-24T03:00:00',
  columns: {
    Artikel: 'product_id',
    Name: 'product_name',
    Preis: 'list_price',
    VPE: null,
    category: 'category',
  },
  formats: { list_price: { decimal: ',' } },
  changes: [
    { kind: 'map', column: 'Artikel', into: [], text: '', search: '', values: [{ before: 'a', after: 'b' }] },
  ],
  set_for_all: { category: 'bikes' },
  currencies: { list_price: ['EUR'] },
}

test('each decision about a header is said in a sentence', () => {
  expect(headerWords(HEADER)).toEqual([
    'Artikel → Product id, Name → Product name, Preis → List price',
    'Left out: VPE',
    'List price read as decimal comma',
    'Artikel: a → b',
    'Category: bikes in every row without one',
    'List price in EUR is taken without a conversion',
  ])
  expect(headerTitle({ columns: { a: 'x', b: 'y', c: 'z', d: null, e: null } })).toBe(
    'a, b, c, d and 1 more column',
  )
})

test('a header is forgotten after a question', async () => {
  const asked: string[] = []
  let headers = [HEADER]
  vi.stubGlobal('fetch', (url: string, request?: RequestInit) => {
    const { pathname } = new URL(url)
    asked.push(`${request?.method ?? 'GET'} ${pathname}`)
    if (request?.method === 'DELETE') headers = []
    const body = pathname === '/v1/me' ? { name: 'u', groups: ['uploader'], role: 'uploader' } : { headers }
    return Promise.resolve(Response.json(body))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <RememberedHeaders dataset="products" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  await screen.findByText('Decisions about 1 header are remembered')
  await userEvent.click(screen.getByRole('button', { name: 'Forget', hidden: true }))
  expect(asked.some((line) => line.startsWith('DELETE'))).toBe(false)
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  await vi.waitFor(() => expect(screen.queryByText(/are remembered/)).toBeNull())
  expect(asked).toContain('DELETE /v1/datasets/products/remembered-headers/uploads/0123456789abcdef')
})

test('two headers with the same first columns have titles of their own', () => {
  const header = (last: string, decided_at = '2026-11-29T15:00:00') =>
    ({ columns: { a: 'x', b: 'y', c: 'z', d: 'v', [last]: null }, decided_at }) as unknown as Parameters<
      typeof titleAmong
    >[0]
  const both = [header('e'), header('Driver remark')] as const
  expect(both.map((one) => titleAmong(one, [...both]))).toEqual([
    'a, b, c, d and 1 more column, with e',
    'a, b, c, d and 1 more column, with Driver remark',
  ])
  const twice = [header('e'), header('e', '2026-11-29T15:20:00')] as const
  expect(titleAmong(twice[1], [...twice])).toMatch(/, decided .*29 Nov.*15:20/)
  expect(titleAmong(both[0], [both[0]])).toBe('a, b, c, d and 1 more column')
})
