import { expect, test } from 'vitest'

import { sheetName, sheetOf } from './save-table'

const TITLE = { title: 'Month and quarter' }

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
  expect(sheetOf({ columns, rows }, TITLE).slice(1)).toEqual([
    ['00143', 12.5, 3],
    ['=1+1', '12345678901234567.89', null],
  ])
})

test('days and timestamps are dates of the spreadsheet; a text that looks like a day stays', () => {
  const columns = [
    { name: 'period', type: 'date' },
    { name: 'seen_at', type: 'timestamp(3)' },
    { name: 'note', type: 'varchar' },
  ]
  const rows = [['2010-12-06', '2010-12-09 23:09:51.000', '2010-12-06']]
  expect(sheetOf({ columns, rows }, TITLE)[1]).toEqual([
    { value: new Date('2010-12-06T00:00:00Z'), format: 'dd mmm yyyy' },
    { value: new Date('2010-12-09T23:09:51Z'), format: 'dd mmm yyyy hh:mm' },
    '2010-12-06',
  ])
})

test('headings are those of the page, with the currency; shares are shown as percent', () => {
  const columns = [
    { name: 'lower_80', type: 'decimal(18,2)' },
    { name: 'late_share', type: 'double' },
    { name: 'seen_at', type: 'timestamp' },
  ]
  const sheet = sheetOf(
    { columns, rows: [['917000.00', 0.25, null]] },
    { ...TITLE, units: { lower_80: 'GBP', late_share: 'share' }, labels: { lower_80: 'At least' } },
  )
  expect(sheet[0]).toEqual([
    { value: 'At least (GBP)', fontWeight: 'bold' },
    { value: 'Late share', fontWeight: 'bold' },
    { value: 'Seen (UTC)', fontWeight: 'bold' },
  ])
  expect(sheet[1]).toEqual([{ value: 917000, format: '#,##0.00' }, { value: 0.25, format: '0.0%' }, null])
})

test.each([
  ['What will next month sell, and may I trust it?', 'What will next month sell, and'],
  ['Sales: [all]/regions', 'Sales all regions'],
  ['?', 'Rows'],
])('the title %s is the sheet %s', (title, name) => {
  expect(sheetName(title)).toBe(name)
})
