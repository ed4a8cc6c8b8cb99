import { expect, test } from 'vitest'

import type { Cell } from '../../api/format'
import type { Result } from './results'
import { sorted } from './sorted-rows'

const answer = (type: string, ...cells: Cell[]): Result =>
  ({
    columns: [
      { name: 'row', type: 'bigint' },
      { name: 'value', type },
    ],
    rows: cells.map((cell, place) => [place, cell]),
    next: '',
  }) as unknown as Result

const places = (result: Result, sort: string) => sorted(result, sort).rows.map(([place]) => place)

test('numbers are sorted by value, also decimals that come as texts', () => {
  expect(places(answer('decimal(12,2)', '9.50', '100.00', '-1.00'), 'value')).toEqual([2, 0, 1])
  expect(places(answer('bigint', 9, 100, 10), '-value')).toEqual([1, 2, 0])
})

test('rows without a value are last in both directions', () => {
  expect(places(answer('double', null, 2, 1), 'value')).toEqual([2, 1, 0])
  expect(places(answer('double', null, 2, 1), '-value')).toEqual([1, 2, 0])
})

test('equal values stay as the statement has them', () => {
  expect(places(answer('varchar', 'b', 'a', 'b', 'a'), 'value')).toEqual([1, 3, 0, 2])
  expect(places(answer('varchar', 'b', 'a', 'b', 'a'), '-value')).toEqual([0, 2, 1, 3])
})

test('codes are sorted as people count, and days by time', () => {
  expect(places(answer('varchar', 'W10', 'W9'), 'value')).toEqual([1, 0])
  expect(places(answer('date', '2026-02-01', '2025-12-31'), 'value')).toEqual([1, 0])
})

test('without an order, or by a column that another answer had, nothing changes', () => {
  const result = answer('bigint', 2, 1)
  expect(sorted(result, '')).toBe(result)
  expect(sorted(result, 'gone')).toBe(result)
})

test('a very long answer is sorted by its signs, in which capitals come first', () => {
  const many = answer('varchar', ...Array.from({ length: 50_001 }, (_, at) => (at === 7 ? 'B' : 'a')))
  expect(places(many, 'value')[0]).toBe(7)
})
