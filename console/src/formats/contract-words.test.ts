import { expect, test } from 'vitest'

import { maskWords, ruleInWords, typeWords } from './contract-words'

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
    ['matches `^[A-Z]{3}$`', 'one of card, bank_transfer', 'at most 3 characters'].map(ruleInWords),
  ).toEqual(['has a fixed form', 'one of card, bank transfer', 'at most 3 characters'])
})

test('what has no words stays as the contract has it', () => {
  expect([typeWords('array<string>'), maskWords('other')]).toEqual(['array<string>', 'other'])
})
