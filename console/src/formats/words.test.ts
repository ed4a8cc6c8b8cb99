import { expect, test } from 'vitest'

import { columnTitle, driftWords, fileParts, heading, label, shortened } from './words'

test.each([
  ['period_on', '', 'Period'],
  ['customer_id', '', 'Customer'],
  ['revenue_gbp', 'GBP', 'Revenue'],
  ['expected_value_365d', 'GBP', 'Expected value 365 days'],
  ['id', '', 'Id'],
  ['card_cvv', '', 'Card CVV'],
  ['pci_audit', '', 'PCI audit'],
  ['Net amount', '', 'Net amount'],
  ['order_share', 'share', 'Order share'],
  ['risk_rank', 'rank', 'Risk rank'],
  ['lower_80', 'GBP', 'Low end (8 of 10)'],
  ['upper_95', 'GBP', 'High end (19 of 20)'],
])('the column %s (%s) has the heading %s', (column, unit, shown) => {
  expect(heading(column, unit)).toBe(shown)
})

test('a title without a label has all words of the name, as reasons of the gate have it', () => {
  expect(['iban', 'vat_rate', 'updated_at', 'orders_365d', 'Net amount'].map(columnTitle)).toEqual([
    'IBAN',
    'VAT rate',
    'Updated at',
    'Orders 365 days',
    'Net amount',
  ])
})

test.each([
  ['region=IE/category=bags', 'Ireland · bags'],
  ['region=(other)/category=lighting', 'other regions · lighting'],
  ['category=home decoration', 'home decoration'],
  ['category=(other)', 'other categories'],
  ['total', 'total'],
  ['not_found', 'not found'],
  ['2024-01-02', '2024-01-02'],
  ['a/b', 'a/b'],
])('the text %s is read as %s', (text, shown) => {
  expect(label(text)).toBe(shown)
})

test('a code of a country is a name only in a column of places', () => {
  expect(label('GB', 'region_id')).toBe('United Kingdom')
  expect(label('GB', 'size')).toBe('GB')
  expect(label('(other)', 'region_id')).toBe('other regions')
})

test('a boolean is an answer, and no value is a dash', () => {
  expect([label(true), label(false), label(null)]).toEqual(['yes', 'no', '–'])
})

test('a long key keeps its beginning and its end', () => {
  expect(shortened(`payments/${'x'.repeat(80)}/report.csv`, 21)).toBe('payments/x…report.csv')
  expect(shortened('short.csv')).toBe('short.csv')
})

test('an abbreviated measure of a model is a measure in words', () => {
  expect(label('ece', 'metric')).toBe('calibration error (ECE)')
  expect(label('gap_closed_share', 'metric')).toBe('gap closed share')
  expect(label('ece', 'article')).toBe('ece')
})

test('files of one folder differ by what is left of their names', () => {
  expect(fileParts('orders/dt=2026-01-02/run=a/part-1.csv')).toEqual(['orders/…/', 'part-1.csv'])
  expect(fileParts('orders/part-1.csv')).toEqual(['orders/', 'part-1.csv'])
  expect(fileParts('part-1.csv')).toEqual(['', 'part-1.csv'])
})

test('a drift names the columns as people do, without the name of its rule', () => {
  expect(driftWords('customer_id: 14.1% are missing [missing]; paid_at: never before [new_column]')).toBe(
    'Customer id: 14.1 % are missing; Paid at: never before',
  )
  expect(driftWords('file: 4 rows, while the last 3 files had 474 (median) [rows]')).toBe(
    '4 rows, while the last 3 files had 474 (median)',
  )
})
