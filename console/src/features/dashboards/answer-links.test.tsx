// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import type { Result } from '../query/results'
import { AnswerTable } from './answer-table'

const TABLES = [testTable('orders', [testColumn('order_id', { type: 'varchar', primary_key: true })])]
const ANSWER = {
  columns: [
    { name: 'order_id', type: 'varchar' },
    { name: 'amount', type: 'double' },
  ],
  rows: [
    ['536365', 12.5],
    ['536366', 7],
  ],
  query: { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0', sql: '' },
} as unknown as Result

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(420)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000)
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ tables: TABLES })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const show = (isOfPerson: boolean) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <AnswerTable
            answer={ANSWER}
            units={{}}
            table=""
            label="Orders"
            height={320}
            isOfPerson={isOfPerson}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

test("the id of an order in a person's panel opens the page of the order, and its row opens by the next cell", async () => {
  show(true)
  const link = await screen.findByRole('link', { name: '536365' })
  expect(link.getAttribute('href')).toBe('#/rows/orders/536365')
  await userEvent.click(screen.getByRole('button', { name: '12.5' }))
  expect(screen.getByRole('dialog', { name: 'Orders' })).toBeTruthy()
})

test("the first cell of a panel of the lake opens the row, which has the order's link", async () => {
  show(false)
  await userEvent.click(await screen.findByRole('button', { name: '536365' }))
  const link = await screen.findByRole('link', { name: '536365' })
  expect(link.getAttribute('href')).toBe('#/rows/orders/536365')
})
