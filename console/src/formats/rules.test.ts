import { expect, test } from 'vitest'

import { reasonWords, ruleWords } from './rules'

test('a rule is read as what is wrong with the value', () => {
  expect(ruleWords('minimum', 'Amount')).toBe('Amount is below the lowest value allowed')
  expect(ruleWords('required')).toBe('a value is missing')
  expect(ruleWords('required', 'Amount')).toBe('Amount is missing')
  expect(ruleWords('duplicate_row')).toBe('the same row came before')
})

test('a rule of a lake of its own is read without underscores', () => {
  expect(ruleWords('ends_after_start', 'Trip')).toBe('Trip: ends after start')
})

test('a reason names no type of SQL', () => {
  expect(reasonWords('is no decimal(14,4)')).toBe('is not a number with at most 4 decimals')
  expect(reasonWords('has a wrong length or check digit')).toBe('has a wrong length or check digit')
})
