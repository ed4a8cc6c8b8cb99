import { expect, test } from 'vitest'

import { shownPlaces } from './technical-columns'

const COLUMNS = ['_content_sha256', 'order_id', 'as_of', 'price', 'snapshot_id'].map((name) => ({
  name,
  type: 'varchar',
}))

test('columns that the lake adds are folded', () => {
  expect(shownPlaces(COLUMNS, 'SELECT * FROM orders')).toEqual({ read: [1, 3], folded: [0, 2, 4] })
})

test('columns that a statement gives no name stay where it has them', () => {
  const columns = ['zone', '_col1', '_col_2', 'trades'].map((name) => ({ name, type: 'double' }))
  const sql = 'SELECT zone, min(price), max(price), count(*) AS trades FROM sales GROUP BY 1'
  expect(shownPlaces(columns, sql)).toEqual({ read: [0, 1, 2, 3], folded: [] })
})

test('a column stays where the statement names it', () => {
  expect(shownPlaces(COLUMNS, 'SELECT AS_OF, * FROM orders')).toEqual({ read: [1, 2, 3], folded: [0, 4] })
  expect(shownPlaces([{ name: 'as_of', type: 'date' }], 'SELECT as_of FROM orders')).toEqual({
    read: [0],
    folded: [],
  })
})
