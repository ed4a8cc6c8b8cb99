import { expect, test } from 'vitest'

import { overTimeWords } from './rows-over-time'

test('a chart of rows over time names its period and its column, and whether it is estimated', () => {
  expect(overTimeWords('Paid at', 'week', false)).toBe('Rows by week of Paid at')
  expect(overTimeWords('Paid at', 'month', true)).toBe('Rows by month of Paid at, about')
})
