// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { AnswerOrigin, personalOfAll } from './answer-origin'

afterEach(cleanup)

const changed = testColumn('updated_at', { type: 'timestamp' })
const TABLES = [
  testTable('orders', [testColumn('ordered_at', { type: 'timestamp' }), changed], {
    newest_by: ['updated_at'],
  }),
  testTable('regions', [testColumn('region_id'), changed], { newest_by: ['updated_at'] }),
  testTable('lines', [testColumn('order_id', { references: 'orders.order_id' }), changed], {
    newest_by: ['updated_at'],
  }),
]
const CONTENTS = [
  { name: 'orders', system: '', as_of: '2010-12-09' },
  { name: 'regions', system: '', as_of: '2009-12-01' },
  { name: 'lines', system: '', as_of: '2010-12-09' },
]

async function expectOrigin(sql: string, words: string): Promise<void> {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ tables: CONTENTS })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <AnswerOrigin sql={sql} question={undefined} tables={TABLES} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  await vi.waitFor(() => expect(document.querySelector('[data-answer-origin]')?.textContent).toBe(words))
}

test('the last change of a table whose rows have no time of their own is not the day of its data', async () => {
  await expectOrigin(
    'select count(*) from orders where region_id in (select region_id from regions)',
    'From Orders as of 9 Dec 2010, Regions',
  )
})

test('the lines of an event have the day that the catalog has, which is that of their last change', async () => {
  await expectOrigin('select count(*) from lines', 'From Lines as of 9 Dec 2010')
})

test('an answer with all columns names those about people that it lacks', () => {
  const columns = [
    { name: 'customer_id', personal: false },
    { name: 'email', personal: true },
  ]
  const tables = [{ name: 'customers', columns }] as unknown as Parameters<typeof personalOfAll>[1]
  expect(personalOfAll('select * from customers', tables)).toEqual(['Email'])
  expect(personalOfAll('select c.* from customers c', tables)).toEqual(['Email'])
  expect(personalOfAll('select 1, c.* from customers c', tables)).toEqual(['Email'])
  expect(personalOfAll('select count(*) from customers', tables)).toEqual([])
  expect(personalOfAll('select a from (select * from customers) x', tables)).toEqual([])
})
