import { expect, test } from 'vitest'

import { placesOnScale } from './answer-scales'

test('answers of a scale have its order, in English and German', () => {
  expect(placesOnScale(['Neither', 'Somewhat satisfied', 'Very dissatisfied'])).toEqual([2, 1, 4])
  expect(placesOnScale(['stimme eher zu', 'Stimme voll und ganz zu', 'Teils / teils'])).toEqual([2, 0, 3])
  expect(placesOnScale(['nie', 'Immer', 'manchmal'])).toEqual([6, 0, 3])
})

test('answers that begin with a number have its order', () => {
  expect(placesOnScale(['10', '2', '1 - never', '5 (always)'])).toEqual([10, 2, 1, 5])
})

test('answers of no scale have no order', () => {
  expect(placesOnScale(['Store', 'Neutral'])).toBeUndefined()
  expect(placesOnScale(['18-24', '55+'])).toBeUndefined()
  expect(placesOnScale(['neutral'])).toBeUndefined()
})
