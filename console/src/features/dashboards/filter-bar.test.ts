import { expect, test } from 'vitest'

import { choicesOf, withChosen } from './filter-bar'

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

test('a chosen value that is not offered is shown in its box all the same', () => {
  expect(withChosen(['toys'], 'kitchen')).toEqual(['toys', 'kitchen'])
  expect(withChosen([], 'kitchen')).toEqual(['kitchen'])
  expect(withChosen(['toys', 'kitchen'], 'kitchen')).toEqual(['toys', 'kitchen'])
  expect(withChosen(['toys'], '')).toEqual(['toys'])
})
