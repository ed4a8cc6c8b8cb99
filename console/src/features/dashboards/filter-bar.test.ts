import { expect, test } from 'vitest'

import { choicesBelowHeadings, choicesOf, hasEachWord, withChosen } from './filter-bar'

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

test('chosen values that are not offered are in their box all the same', () => {
  expect(withChosen([['toys']], ['kitchen'])).toEqual([['toys'], ['kitchen']])
  expect(withChosen([], ['kitchen'])).toEqual([['kitchen']])
  expect(withChosen([['toys', 'Kinds']], ['kitchen'])).toEqual([
    ['toys', 'Kinds'],
    ['kitchen', 'Chosen'],
  ])
  expect(withChosen([['toys'], ['kitchen']], ['kitchen'])).toEqual([['toys'], ['kitchen']])
  expect(withChosen([['toys']], [])).toEqual([['toys']])
})

test('values with a heading beside them are chosen below it, in the order of the headings', () => {
  const rows = [
    ['region=DE', 'Regions'],
    ['region=AT', 'Regions'],
    ['region=DE/kind=toys', 'Regions · kinds'],
  ]
  expect(choicesBelowHeadings('series', rows)).toEqual([
    {
      group: 'Regions',
      items: [
        { value: 'region=AT', label: 'Austria' },
        { value: 'region=DE', label: 'Germany' },
      ],
    },
    { group: 'Regions · kinds', items: [{ value: 'region=DE/kind=toys', label: 'Germany · toys' }] },
  ])
  expect(choicesBelowHeadings('risk_band', [['high'], ['low']])).toEqual([
    { value: 'high', label: 'high' },
    { value: 'low', label: 'low' },
  ])
})

test('a choice is found by words of it in any order', () => {
  expect(hasEachWord('Germany · kitchen', 'kit ger')).toBe(true)
  expect(hasEachWord('Germany · kitchen', 'ger bags')).toBe(false)
  expect(hasEachWord('Germany', ' ')).toBe(true)
})
