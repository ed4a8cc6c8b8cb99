import { expect, test } from 'vitest'

import { isWord, reasonWords } from './reason-words'

const reason = 'Price is not a number. Write it as 1.234,5.'

test.each(['auf Anfrage', 'n/a'])('the word %s among numbers is said to be none', (value) => {
  expect(reasonWords({ value, reason }, 'Price', true)).toBe(
    'Price has a word, which is no number. Leave the cell empty, or write the number that is meant, such as 1.234,5.',
  )
  expect(reasonWords({ value, reason }, 'Price', false)).toBe(
    'Price has a word, which is no number. Write the number that is meant, such as 1.234,5.',
  )
})

test('a number of another spelling, a hidden value and a value of another type keep their reasons', () => {
  expect(reasonWords({ value: '1,2,3', reason }, 'Price', true)).toBe(reason)
  expect(isWord({ value: '##,#', reason })).toBe(false)
  expect(isWord({ value: null, reason })).toBe(false)
  expect(isWord({ value: 'soon', reason: 'Day is not a date. Write it as 2026-12-31.' })).toBe(false)
})
