import { expect, test } from 'vitest'

import { progressWords } from './progress-words'

test('a query that runs for a while says for how long, and what it has read where that costs', () => {
  expect(progressWords({ began: 0, scanned_bytes: 0 }, 1_500)).toBe('')
  expect(progressWords({ began: 0, scanned_bytes: 5 }, 33_900)).toBe('runs for 33 s')
  expect(progressWords({ began: 0, scanned_bytes: 50 * 1024 ** 2 }, 33_900)).toMatch(
    /^runs for 33 s and has read 5\d/,
  )
})
