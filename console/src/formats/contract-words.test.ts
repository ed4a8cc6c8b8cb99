import { expect, test } from 'vitest'

import { columnRules, maskWords, plainNames, ruleInWords, typeWords, valueWords } from './contract-words'

test('a contract is read without the names of types, masks and regular expressions', () => {
  expect(['decimal(14,4)', 'decimal(9,0)', 'bigint', 'varchar(8)', 'timestamp'].map(typeWords)).toEqual([
    'number with up to 4 decimals',
    'whole number',
    'whole number',
    'text',
    'time in UTC',
  ])
  expect(maskWords('cvv')).toBe('verification code: never kept')
  expect(
    [
      'matches `^[A-Z]{3}$`',
      'matches `^[A-Z]{3}$` (only warns)',
      'matches `^(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$` (only warns)',
      'one of card, bank_transfer',
      'at most 3 characters',
    ].map(ruleInWords),
  ).toEqual([
    'has a fixed form',
    'has a fixed form (only warns)',
    'a time of day, h:mm or h:mm:ss (only warns)',
    'one of card, bank transfer',
    'at most 3 characters',
  ])
})

test('what has no words stays as the contract has it', () => {
  expect([typeWords('array<string>'), maskWords('other')]).toEqual(['array<string>', 'other'])
})

test('a column says its unit, its decimals and how a share is shown', () => {
  const columns: [string, string][] = [
    ['decimal(18,2)', 'USD'],
    ['bigint', 'JPY'],
    ['double', 'USD per period'],
    ['double', 'share'],
    ['bigint', 'days'],
    ['decimal(9,3)', 'kg'],
    ['double', ''],
  ]
  expect(columns.map((column) => valueWords(...column))).toEqual([
    'amount in USD, up to 2 decimals',
    'amount in JPY, no decimals',
    'amount in USD per period',
    'share: 0.25 is shown as 25 %',
    'whole number of days',
    'number with up to 3 decimals, in kg',
    'number',
  ])
})

test('names of columns and tables in a text are replaced by their titles, and no others', () => {
  const titles = new Map([
    ['net_total', 'Net total'],
    ['day_sums', 'Day sums'],
  ])
  expect(plainNames('net_total of day_sums over last_year, `net_total` in day_sums.net_total', titles)).toBe(
    '“Net total” of “Day sums” over last_year, `net_total` in “Day sums”.net_total',
  )
})

test('a column about people is marked beside its rules', () => {
  const column = { primary_key: false, required: true, personal: true, sensitive: '', rules: [] }
  expect(columnRules(column)).toEqual(['required', 'about people'])
  expect(columnRules({ ...column, personal: false })).toEqual(['required'])
})
