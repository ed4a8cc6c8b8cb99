import { expect, test } from 'vitest'

import { choicesOf } from './filter-bar'

test('codes are in the order of their names, and other values in that of the statement', () => {
  const labels = (column: string, values: string[]) => choicesOf(column, values).map(({ label }) => label)
  expect(labels('region_id', ['AE', 'AT', 'AU', 'DE', 'DK'])).toEqual([
    'Australia',
    'Austria',
    'Denmark',
    'Germany',
    'United Arab Emirates',
  ])
  expect(labels('risk_band', ['high', 'medium', 'low'])).toEqual(['high', 'medium', 'low'])
})
