import { expect, test } from 'vitest'

import { sheetOf } from './save-table'

test('a sheet has numbers as numbers, and as texts what a spreadsheet would round', () => {
  const columns = [
    { name: 'order_id', type: 'varchar' },
    { name: 'amount', type: 'decimal(38,2)' },
    { name: 'sold', type: 'bigint' },
  ]
  const rows = [
    ['00143', '12.50', 3],
    ['=1+1', '12345678901234567.89', null],
  ]
  expect(sheetOf({ columns, rows }).slice(1)).toEqual([
    ['00143', 12.5, 3],
    ['=1+1', '12345678901234567.89', null],
  ])
})
