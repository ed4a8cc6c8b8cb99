import { expect, test } from 'vitest'

import { brokenWords } from './rules-with-rows'

test('a rule that refuses whole files counts no rows', () => {
  expect(brokenWords({ rows: 2, files: 1, files_rejected: 0 })).toBe('2 rows in 1 file')
  expect(brokenWords({ rows: 0, files: 1, files_rejected: 1 })).toBe('1 whole file refused')
  expect(brokenWords({ rows: 0, files: 1, files_rejected: 0 })).toBe('1 file')
})
