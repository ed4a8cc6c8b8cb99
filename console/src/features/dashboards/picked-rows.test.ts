import { expect, test } from 'vitest'

import { pickedColumn, pickedCondition } from './picked-rows'

const TABLE = [
  { name: 'amount', type: 'decimal(12,2)' },
  { name: 'reason_1', type: 'varchar' },
]
const ANSWER = {
  columns: ['reason', 'reason_1', 'amount'],
  rows: [
    ['amount unusual for the customer', 'unusual_amount', 5],
    ['no single reason', null, 1],
  ],
}

test('a bar that words name opens the rows of the code beside them', () => {
  expect(pickedColumn('reason', ANSWER.columns, TABLE)).toBe('reason_1')
  expect(pickedCondition('reason_1', 'reason', 'amount unusual for the customer', ANSWER)).toBe(
    'reason_1:eq:unusual_amount',
  )
  expect(pickedCondition('reason_1', 'reason', 'no single reason', ANSWER)).toBe('reason_1:empty:true')
})

test('a bar that a column of the table names opens the rows of that value', () => {
  expect(pickedColumn('reason_1', ['reason_1'], TABLE)).toBe('reason_1')
  expect(pickedCondition('reason_1', 'reason_1', 'new_customer', ANSWER)).toBe('reason_1:eq:new_customer')
  expect(pickedColumn('week', ['week', 'amount'], TABLE)).toBeUndefined()
})
