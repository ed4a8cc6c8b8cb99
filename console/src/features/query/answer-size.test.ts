import { expect, test } from 'vitest'

import { moreWords, sizeWords } from './answer-size'

test('an answer says how many rows it has, or that these are being counted', () => {
  expect(sizeWords(999, 518_593)).toBe('The first 999 of 518,593 rows')
  expect(sizeWords(999, 'counting')).toBe('The first 999 rows')
  expect(sizeWords(12, 12)).toBe('12 rows')
  expect(sizeWords(1, 1)).toBe('1 row')
  expect(moreWords('counting')).toBe('The answer has more rows, which are being counted.')
  expect(moreWords('unknown')).toBe('The answer has more rows.')
})
