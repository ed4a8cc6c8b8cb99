import { expect, test } from 'vitest'

import { exactOf } from './row-story'

test('the exact value is shown where its words leave out digits, and in the same unit', () => {
  expect(exactOf('-208.7500', '-£208.75', 'decimal(18,4)', 'GBP')).toBe('')
  expect(exactOf('0.507312', '50.73 %', 'double', 'share')).toBe('50.7312 %')
  expect(exactOf(100, '10', 'bigint')).toBe('100')
  expect(exactOf(536009, '536009', 'bigint')).toBe('')
  expect(exactOf('GB', 'United Kingdom', 'varchar')).toBe('GB')
  expect(exactOf('s3://lake-prod/tables/orders/a.parquet', 'Orders', 'varchar')).toBe('')
  expect(exactOf(true, 'yes', 'boolean')).toBe('')
  expect(exactOf(null, '–', 'varchar')).toBe('')
})
