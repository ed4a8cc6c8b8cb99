import { expect, test } from 'vitest'

import { brokenLines, warnedCount, warnedLines } from './warned-rows'

test('a warning names its rule and its column, and a column that the file lacks is no row', () => {
  const warned = [
    { rule: 'maximum', column: 'quantity', rows: 3 },
    { rule: 'absent_or_left_out', column: 'shipped_at', rows: 1 },
    { rule: 'absent_or_left_out', column: 'notes', rows: 1 },
    { rule: 'absent_or_left_out', column: 'Positionen (rows: 61)', rows: 1 },
  ]
  expect(warnedCount(warned)).toBe(3)
  expect(warnedLines(warned)).toEqual([
    '3 rows are in with a warning: Quantity is above the highest value allowed.',
    'Empty in every row, as the file has no such column: Shipped at, Notes.',
  ])
})

test('before a commit it says how many rows come in with a warning, and by which rule', () => {
  const warned = [
    { rule: 'valid_values', column: 'rata', rows: 118 },
    { rule: 'maximum', column: 'quantity', rows: 1 },
    { rule: 'absent_or_left_out', column: 'notes', rows: 1 },
  ]
  expect(brokenLines(warned, undefined, true)).toEqual([
    '118 rows come in with a warning: Rata is none of the allowed values.',
    '1 row comes in with a warning: Quantity is above the highest value allowed.',
  ])
})

test('a sheet that was not read is no warning, as it may have come in since', () => {
  expect(warnedLines([{ rule: 'absent_or_left_out', column: 'Positionen (rows: 61)', rows: 1 }])).toEqual([])
})

test('a file without warnings says nothing', () => {
  expect([warnedCount([]), warnedLines([])]).toEqual([0, []])
})
