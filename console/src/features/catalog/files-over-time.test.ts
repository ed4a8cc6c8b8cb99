import { expect, test } from 'vitest'

import { titleOf } from './files-over-time'

const files = (...keys: string[]) => keys.map((key) => ({ key, drift: '' }))

test('a file is said to be like those before it only if it was compared with some', () => {
  expect(titleOf(files('a.csv'))).toBe('1 file with accepted rows so far')
  expect(titleOf(files('a.csv', 'b.csv', 'c.csv'))).toBe('3 files with accepted rows, too few to compare')
  expect(titleOf(files('a.csv', 'b.csv', 'c.csv', 'd.csv'))).toBe(
    '4 files with accepted rows; none differs from those before',
  )
})

test('files of one export are not compared with each other', () => {
  const parts = Array.from({ length: 8 }, (_, at) => `orders/dt=2026-11-27/run=1/part-${at}.csv`)
  expect(titleOf(files(...parts))).toBe('8 files with accepted rows, too few to compare')
  expect(titleOf(files(...parts, 'orders/dt=2026-11-28/run=2/part-0.csv'))).toBe(
    '9 files with accepted rows; none differs from those before',
  )
})

test('files that differ are counted', () => {
  expect(titleOf([...files('a', 'b', 'c'), { key: 'd', drift: 'file: ten times' }])).toBe(
    '4 files with accepted rows; 1 differs from those before',
  )
})
