import { expect, test } from 'vitest'

import { changeWords } from './newest-run'

const of = (dataset: string, arrived: number, before = 10, rows = before + arrived) => ({
  dataset,
  arrived,
  rows_before: before,
  rows,
})

test('the change of a run names the datasets with most rows, and leaves out those without a change', () => {
  expect(changeWords([of('orders', 12), of('order_items', 191), of('products', 0)])).toBe(
    '191 rows of order items came in, 12 rows of orders came in',
  )
  expect(changeWords([of('orders', -1)])).toBe('1 row of orders left')
  expect(changeWords(['a', 'b', 'c', 'd', 'e'].map((name, at) => of(name, 9 - at)))).toMatch(
    /^9 rows of a came in, .*, rows of 2 other datasets$/,
  )
  expect(changeWords([of('products', 0)])).toBe('')
})
