import { expect, test } from 'vitest'

import type { Result } from '../query/results'
import { childTitle, firstOf, nameOf } from './row-page'
import { itemStatement } from './steps-about'

test('the next step is asked by the statement of the queue, for one item', () => {
  expect(itemStatement('SELECT 1 AS item_id\nLIMIT 5\n', "O'Neill")).toBe(
    "SELECT *\nFROM (\nSELECT 1 AS item_id\nLIMIT 5\n) AS items\nWHERE item_id = 'O''Neill'",
  )
})

test('a page of a row leads with the columns that the contract names first, in their order', () => {
  const answer = {
    columns: ['model', 'risk', 'customer'].map((name) => ({ name, type: 'varchar' })),
    rows: [['trees', 0.3, '14646']],
  } as unknown as Parameters<typeof firstOf>[0]
  const first = firstOf(answer, ['customer', 'risk', 'gone'])
  expect(first.columns.map(({ name }) => name)).toEqual(['customer', 'risk'])
  expect(first.rows).toEqual([['14646', 0.3]])
})

test('the page of a row is headed by the name of its thing, and not by that of another', () => {
  const named = (name: string, value: string | null, key = 'product_id') =>
    nameOf({ columns: [{ name, type: 'varchar' }], rows: [[value]] }, key)
  expect(named('product_name', 'RED MUG')).toBe('RED MUG')
  expect(named('product_title', 'Mugs')).toBe('Mugs')
  expect(named('title', 'Mrs')).toBe('')
  expect(named('piano_name', 'Grand', 'piano')).toBe('Grand')
  expect(named('region_name', 'Ireland')).toBe('')
  expect(named('product_name', null)).toBe('')
})

test('the title has the sum of the rows below zero where other rows are above it', () => {
  const title = (all: string, below: string | null) =>
    childTitle(
      { name: 'order_items' },
      {
        columns: ['title_amount', 'title_below_zero', 'title_rows_below_zero'].map((name) => ({
          name,
          type: 'decimal(18,2)',
        })),
        rows: [[all, below, below && 3]],
      } as unknown as Result,
      'GBP',
    )
  expect(title('7.00', '-5.00')).toBe('Order items: 1, £7.00 in all, of which 3 below zero (-£5.00)')
  expect(title('-3631.00', '-3631.0')).toBe('Order items: 1, -£3,631.00 in all')
  expect(title('16554.88', null)).toBe('Order items: 1, £16,554.88 in all')
  expect(title('7.00', null)).toBe('Order items: 1, £7.00 in all')
})
