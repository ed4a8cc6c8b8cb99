import { expect, test } from 'vitest'

import { firstOf } from './row-page'
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
