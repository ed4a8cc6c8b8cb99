import { expect, test } from 'vitest'

import { writingWords } from './workbook-writing'

test('a workbook says from its first rows on how far it is', () => {
  expect(writingWords(0, 5_000, 518_593)).toBe('Excel: 5,000 of 518,593 rows prepared')
  expect(writingWords(0, 518_593, 518_593)).toBe('Excel: 0 of 518,593 rows written')
  expect(writingWords(140_000, 518_593, 518_593)).toBe('Excel: 140,000 of 518,593 rows written')
  expect(writingWords(518_593, 518_593, 518_593)).toBe('Excel: all 518,593 rows; the file is being packed')
})
