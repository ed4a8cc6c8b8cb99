import { expect, test } from 'vitest'

import { repairsOf } from './repairs'

test('a name that does not exist is replaced by one that is offered', () => {
  const said =
    "TABLE_NOT_FOUND: Table 'prod.ordes' does not exist. Did you mean curated.orders or curated.order_items?"
  const { words, offers } = repairsOf(said, 'select * from prod.ordes limit 5')
  expect(words).toBe("Table 'prod.ordes' does not exist. Did you mean curated.orders or curated.order_items?")
  expect(offers).toEqual([
    { name: 'curated.orders', sql: 'select * from curated.orders limit 5' },
    { name: 'curated.order_items', sql: 'select * from curated.order_items limit 5' },
  ])
})

test('a column keeps the alias of its table', () => {
  const said =
    "COLUMN_NOT_FOUND: line 1:8: Column 'o.custmer_id' cannot be resolved. Did you mean customer_id?"
  expect(repairsOf(said, 'select o.custmer_id from orders o').offers).toEqual([
    { name: 'customer_id', sql: 'select o.customer_id from orders o' },
  ])
})

test('another failure has its words only', () => {
  expect(repairsOf('DIVISION_BY_ZERO: Division by zero', 'select 1/0')).toEqual({
    words: 'Division by zero',
    offers: [],
  })
})
