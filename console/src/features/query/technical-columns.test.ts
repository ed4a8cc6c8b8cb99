import { expect, test } from 'vitest'

import { shownOrder } from './technical-columns'

const COLUMNS = ['_content_sha256', 'order_id', 'as_of', 'price', 'snapshot_id'].map((name) => ({
  name,
  type: 'varchar',
}))

test('columns that the lake adds are the last of a table, in their order', () => {
  expect(shownOrder(COLUMNS, 'SELECT * FROM orders')).toEqual([1, 3, 0, 2, 4])
})

test('columns that a statement gives no name stay where it has them', () => {
  const columns = ['zone', '_col1', '_col_2', 'trades'].map((name) => ({ name, type: 'double' }))
  const sql = 'SELECT zone, min(price), max(price), count(*) AS trades FROM sales GROUP BY 1'
  expect(shownOrder(columns, sql)).toEqual([0, 1, 2, 3])
})

test('a column stays where the statement names it', () => {
  expect(shownOrder(COLUMNS, 'SELECT AS_OF, * FROM orders')).toEqual([1, 2, 3, 0, 4])
  expect(shownOrder([{ name: 'as_of', type: 'date' }], 'SELECT as_of FROM orders')).toEqual([0])
})
