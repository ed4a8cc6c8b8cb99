import { expect, test } from 'vitest'

import { ruleOfColumns, ruleWords } from './rules'

test('a rule is read as what is wrong with the value', () => {
  expect(ruleWords('minimum', 'Amount')).toBe('Amount is below the lowest value allowed')
  expect(ruleWords('required')).toBe('a value is missing')
  expect(ruleWords('required', 'Amount')).toBe('Amount is missing')
  expect(ruleWords('duplicate_row')).toBe('a row is the same as another row')
})

test('a rule of a lake of its own is read without underscores', () => {
  expect(ruleWords('ends_after_start', 'Trip')).toBe('Trip: ends after start')
})

test('a rule of several columns names the first of them', () => {
  expect(ruleOfColumns('type', [])).toBe('a value does not have the type of its column')
  expect(ruleOfColumns('type', ['Amount'])).toBe('Amount does not have the type of its column')
  expect(ruleOfColumns('required', ['A', 'B', 'C', 'D'])).toBe(
    'a value is missing: A, B, C and 1 more column',
  )
})

test('a value of another type than its column has is said in the words of the grid', () => {
  expect(ruleWords('type', 'Is active', 'boolean')).toBe('Is active is neither yes nor no')
  expect(ruleOfColumns('type', ['Price', 'Weight'], ['decimal(12,2)', 'double'])).toBe(
    'a value is not a number: Price, Weight',
  )
  expect(ruleOfColumns('type', ['Price', 'Sold on'], ['decimal(12,2)', 'date'])).toBe(
    'a value does not have the type of its column: Price, Sold on',
  )
  expect(ruleWords('minimum', 'Price', 'date')).toBe('Price is below the lowest value allowed')
})
