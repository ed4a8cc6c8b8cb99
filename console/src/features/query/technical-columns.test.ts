import { expect, test } from 'vitest'

import { shownOrder } from './technical-columns'

const COLUMNS = ['_content_sha256', 'order_id', 'as_of', 'price', 'snapshot_id'].map((name) => ({
  name,
  type: 'varchar',
}))

test('columns that the lake adds are the last of a table, in their order', () => {
  expect(shownOrder(COLUMNS, 'SELECT * FROM orders')).toEqual([1, 3, 0, 2, 4])
})

test('a column stays where the statement names it', () => {
  expect(shownOrder(COLUMNS, 'SELECT AS_OF, * FROM orders')).toEqual([1, 2, 3, 0, 4])
  expect(shownOrder([{ name: 'as_of', type: 'date' }], 'SELECT as_of FROM orders')).toEqual([0])
})
