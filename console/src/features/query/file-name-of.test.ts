import { expect, test } from 'vitest'

import { fileNameOf } from './file-name-of'

test('a download has the name of its question', () => {
  expect(fileNameOf('Which late customers should be won back first?', 'SELECT 1')).toBe(
    'which-late-customers-should-be-won-back-first',
  )
})

test('without a question it has the name of the table that was asked', () => {
  expect(fileNameOf(undefined, 'SELECT *\nFROM ecommerce_curated.products LIMIT 10')).toBe('products')
  expect(fileNameOf(undefined, 'select count(*) from "churn_risk"')).toBe('churn_risk')
  expect(fileNameOf(undefined, 'SELECT 1')).toBe('answer')
})

test('a long question is cut between words', () => {
  const name = fileNameOf('word '.repeat(40), '')
  expect(name.length).toBeLessThanOrEqual(60)
  expect(name.endsWith('word')).toBe(true)
})

test('a statement of several tables has the names of all of them', () => {
  const join = 'select 1 from orders o join ecommerce_curated.order_items i using (order_id) JOIN orders b'
  expect(fileNameOf(undefined, join)).toBe('orders-order_items')
  expect(fileNameOf(undefined, `with sold as (${join}) select * from sold`)).toBe('orders-order_items')
})
