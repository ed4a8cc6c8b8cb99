import { expect, test } from 'vitest'

import { currencyCode } from './currency-code'

test('the sign of one currency is its code, and a unit is none', () => {
  expect(currencyCode('€')).toBe('EUR')
  expect(currencyCode('kg')).toBe('')
  expect(currencyCode('zł')).toBe('PLN')
  expect(currencyCode('kr')).toBe('') // of several countries
})
