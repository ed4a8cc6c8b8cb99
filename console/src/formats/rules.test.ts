import { expect, test } from 'vitest'

import { ruleWords } from './rules'

test('a rule is read as what is wrong with the value', () => {
  expect(ruleWords('minimum', 'Amount')).toBe('Amount is below the lowest value allowed')
  expect(ruleWords('required')).toBe('a value is missing')
  expect(ruleWords('required', 'Amount')).toBe('Amount is missing')
  expect(ruleWords('duplicate_row')).toBe('a row is the same as another row')
})

test('a rule of a lake of its own is read without underscores', () => {
  expect(ruleWords('ends_after_start', 'Trip')).toBe('Trip: ends after start')
})
