import { expect, test } from 'vitest'

import { scoreWords } from './score-words'

test('a quality says that it is the mean of parts, so that it agrees with the shares beside it', () => {
  expect(scoreWords({ completeness: '1', validity: '0.955', uniqueness: '0.97', consistency: '1' })).toBe(
    'Quality 0.98 of 1, the mean of 4 parts: 4.5 % of the rows have a value that is not permitted, 3 % of the rows repeat a row of the file; the other 2 parts are 1.',
  )
})
