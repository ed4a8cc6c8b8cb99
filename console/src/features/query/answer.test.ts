// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { percentText, plainText } from './answer'

test('a share of any statement is percent, with at most four significant digits', () => {
  expect(['0.676', 0.07, 1, '0.123456789', 2 / 3].map(percentText)).toEqual([
    '67.6 %',
    '7 %',
    '100 %',
    '12.35 %',
    '66.67 %',
  ])
})

test('a computed number has at most four significant digits, a decimal those of its type, an id all', () => {
  expect(plainText({ name: 'mean', type: 'double' })('2.6979504427191556')).toBe('2.698')
  expect(plainText({ name: 'amount', type: 'decimal(18,2)' })('12345.67')).toBe('12,345.67')
  expect(plainText({ name: 'shop_id', type: 'double' })('2.6979504427')).toBe('2.6979504427')
})
