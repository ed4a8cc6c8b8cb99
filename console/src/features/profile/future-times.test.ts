import { expect, test } from 'vitest'

import { futureTime } from './future-times'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const facts = { max: '2026-12-02 08:00:00', median: '2026-11-20 08:00:00' }

test('a time of what happened that is still to come is named', () => {
  expect(futureTime('delivered', 'timestamp', facts, NOW)).toBe('2026-12-02 08:00:00')
  expect(futureTime('delivered', 'timestamp', { ...facts, max: '2026-11-29 11:00:00' }, NOW)).toBe('')
})

test('planned times and days, and a column of the future, are as they are', () => {
  expect(futureTime('valid_until', 'timestamp', facts, NOW)).toBe('')
  expect(futureTime('delivered', 'date', facts, NOW)).toBe('')
  expect(futureTime('starts_at', 'timestamp', { ...facts, median: '2026-12-01 08:00:00' }, NOW)).toBe('')
})
