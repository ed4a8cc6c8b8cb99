import { expect, test } from 'vitest'

import { overTimeWords } from './rows-over-time'

const weeks = (...rows: number[]) => ({
  period: 'week' as const,
  points: rows.map((many, at) => ({
    starts_on: `2026-03-${String(2 + 7 * at).padStart(2, '0')}`,
    rows: many,
  })),
})

test('rows over time are answered by how many a whole period typically has', () => {
  expect(overTimeWords('Paid at', weeks(3, 1200, 1234, 1300), '2026-03-29')).toBe(
    'About 1,234 rows a week, by Paid at',
  )
})

test('a last period that the data do not have to its end is said to be incomplete, and does not count', () => {
  expect(overTimeWords('Paid at', weeks(3, 1200, 1300, 7), '2026-03-24')).toBe(
    'About 1,250 rows a week, by Paid at; the last week has days until 24 Mar 2026 only',
  )
})

test('periods without rows are no typical ones', () => {
  expect(overTimeWords('Paid at', weeks(1, 0, 0, 8, 1), '2026-04-05')).toBe(
    'About 5 rows in each week that has any, by Paid at',
  )
})

test('of two periods all that there is counts', () => {
  expect(overTimeWords('Paid at', weeks(10, 4), '2026-03-10')).toBe(
    'About 7 rows a week, by Paid at; the last week has days until 10 Mar 2026 only',
  )
  expect(overTimeWords('Paid at', weeks(1, 1), '')).toBe('About 1 row a week, by Paid at')
})
