import { expect, test } from 'vitest'

import { missingCodes } from './missing-codes'

const facts = (min: string, ...top: [string, number][]) => ({
  min,
  quantiles: { '0.25': '3' },
  top: top.map(([value, count]) => ({ value, count })),
})

test('a code for no answer is named with its rows', () => {
  expect(missingCodes(facts('-99', ['9', 20], ['-99', 3]), true)).toEqual([
    '-99 in 3 rows may mean no answer',
  ])
  expect(missingCodes(facts('', ['-99', 45], ['k. A.', 1], ['fine', 9]), false)).toEqual([
    '-99 in 45 rows may mean no answer',
    'k. A. in 1 row may mean no answer',
  ])
})

test('a negative number among others is a number', () => {
  expect(missingCodes({ ...facts('-99', ['-99', 2]), quantiles: { '0.25': '-40' } }, true)).toEqual([])
  expect(missingCodes(facts('-150', ['-99', 2]), true)).toEqual([])
  expect(missingCodes(facts('-5', ['-5', 2]), true)).toEqual([])
})
