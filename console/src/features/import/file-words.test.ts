import { expect, test } from 'vitest'

import { isSaidAbove } from './file-words'

const reason = (rule: string, message = 'two columns are called a') => ({
  rule,
  message,
  remedy: '',
  column: '',
})

test('the reason that the page of a file has above its rows is not repeated in them', () => {
  expect(isSaidAbove(reason('duplicate_column'), reason('duplicate_column'))).toBe(true)
  expect(isSaidAbove(reason('duplicate_column'), reason('duplicate_column', 'b'))).toBe(false)
  expect(isSaidAbove(reason('duplicate_column'), undefined)).toBe(false)
})

test('a reason with a way out beside it stays', () => {
  expect(isSaidAbove(reason('mixed_encoding'), reason('mixed_encoding'))).toBe(false)
})
