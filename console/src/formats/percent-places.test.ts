import { expect, test } from 'vitest'

import { percentTexts } from './percent-places'

test('the percentages of one chart have the same decimals', () => {
  const texts = (values: number[], unit = 'share') =>
    values.map((value) => percentTexts(values, unit)?.(value))
  expect(texts([0.858, 0.02, 0.0005])).toEqual(['85.80 %', '2.00 %', '0.05 %'])
  expect(texts([85.8, 2], 'percent')).toEqual(['85.8 %', '2.0 %'])
  expect(texts([0.85, 0.02])).toEqual([undefined, undefined])
  expect(texts([0.99999, 0.000001, 0])).toEqual(['> 99.9 %', '< 0.001 %', '0.00 %'])
  expect(texts([0.858], 'EUR')).toEqual([undefined])
})
