import { expect, test } from 'vitest'

import { meansEmpty, truthOf } from './truth-words'

test.each([
  ['yes', 'no'],
  ['y', 'n'],
  ['Oui', 'NON'],
  ['O', 'N'],
  ['ja', 'nein'],
  ['J', 'n'],
  ['sí', 'no'],
  ['sì', 'no'],
  ['TRUE', 'false'],
  ['1', '0'],
  ['igen', 'Nem'],
  ['Có', 'Không'],
])('%s is yes and %s is no', (yes, no) => {
  expect([truthOf(yes, [yes, no]), truthOf(no, [yes, no])]).toEqual(['true', 'false'])
})

test('a mark is a yes unless another word is one: then a person decides', () => {
  expect(truthOf('x', ['x'])).toBe('true')
  expect(truthOf('X', ['x', 'non'])).toBe('true')
  expect(truthOf('x', ['x', 'oui', 'non'])).toBe('')
  expect(truthOf('maybe', ['maybe', 'no'])).toBe('')
})

test('words for no value are known in any case', () => {
  expect(['n/a', 'N/A', 'k.A.', 'free'].map(meansEmpty)).toEqual([true, true, true, false])
})
