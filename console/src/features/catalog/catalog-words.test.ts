import { expect, test } from 'vitest'

import { fits } from './catalog-words'

const TABLE = { name: 'sales_forecast', description: 'Net revenue to expect by period' }

test('a table is found by words of its name or its description, in any order', () => {
  expect(fits(TABLE, 'sales forecast')).toBe(true)
  expect(fits(TABLE, 'Revenue SALES')).toBe(true)
  expect(fits(TABLE, '')).toBe(true)
  expect(fits(TABLE, 'sales fraud')).toBe(false)
})
