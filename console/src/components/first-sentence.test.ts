import { expect, test } from 'vitest'

import { firstSentence } from './first-sentence'

test('the first sentence of a text is apart from the others', () => {
  expect(firstSentence('Water the beds. Not at noon, in 3.5 hours. “Dry” is too late.')).toEqual([
    'Water the beds.',
    'Not at noon, in 3.5 hours. “Dry” is too late.',
  ])
  expect(firstSentence('Water 2.5 l a day, e.g. at 9 a.m. or later.')).toEqual([
    'Water 2.5 l a day, e.g. at 9 a.m. or later.',
    '',
  ])
  expect(firstSentence('')).toEqual(['', ''])
})
