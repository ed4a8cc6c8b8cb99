import { expect, test } from 'vitest'

import { answeredWords } from './answered-rows'

test('the rows that a file replaces are named in their order', () => {
  expect(answeredWords([20, 9])).toBe('rows 9 and 20')
  expect(answeredWords([7])).toBe('row 7')
})
