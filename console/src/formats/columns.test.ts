import { expect, test } from 'vitest'

import type { Schemas } from '../api/client'
import {
  axisTitle,
  cellWords,
  columnFormats,
  factsOfAnswer,
  headingsOf,
  labelsOf,
  numberedKeysOf,
  unitOfHeading,
  unitsOf,
  unitsOfAnswer,
} from './columns'
import { testColumn, testTable } from './test-tables'

const column = (name: string, unit: string, label = '') => testColumn(name, { unit, label, type: 'double' })
const table = (name: string, ...columns: Schemas['ContractColumn'][]) =>
  testTable(name, columns, { database: 'prod', system: 'own' })

test.each([
  ['late_share', 0.1234567, 'share', '12.3 %'],
  ['revenue', '39519.77', 'GBP', '£39.5k'],
  ['slope', 1.23456789, 'standard deviations', '1.235'],
  ['rows', 1234567, 'rows', '1,234,567'],
  ['customer_id', 12330, '', '12330'],
  ['region_id', 'DE', '', 'Germany'],
  ['period_on', '2024-11-11', '', '11 Nov 2024'],
  ['month_on', '2024-11-01', '', 'Nov 2024'],
  ['month_on', '2024-11-11', '', '11 Nov 2024'],
  ['card_token', 'k1:35613fdd72aaaaaaaaaaaaaaaaaaaaaaaaa9fdae1a87651a', '', 'k1:35613fdd72…9fdae1a87651a'],
  ['gap', 'not_found', '', 'not found'],
  ['period', '2009-12-01/2010-12-09', '', '1 Dec 2009 to 9 Dec 2010'],
  ['series_id', 'region=(other)/category=(other)', '', 'other regions · other categories'],
  ['card_id', 'k1:35613fdd72aaaaaaaaaaaaaaaaaaaaaaaaa9fdae1a87651a', '', 'k1:35613fdd72…9fdae1a87651a'],
  ['by_year', 'periods of which last year is known', '', 'periods of which last year is known'],
  ['place', 's3://lake-curated/increments/card_payments/ab12.parquet', '', 'Card payments'],
  ['place', 's3://lake-results/ab12.csv', '', 's3://lake-results/ab12.csv'],
  ['is_open', true, '', 'yes'],
  ['amount', null, 'GBP', '–'],
])('%s of %s in %s is read as %s', (name, value, unit, shown) => {
  expect(cellWords(name, value, unit)).toBe(shown)
})

test('a decimal that the API sends as a text is rounded, and an article number is not', () => {
  expect(cellWords('average', '143.64271', '', 'decimal(12,5)')).toBe('143.6')
  expect(cellWords('article', '00143', '', 'varchar')).toBe('00143')
})

test('the table at hand decides, and a name with two units elsewhere has none', () => {
  const tables = [
    table('a', column('value', 'GBP'), column('days', 'days')),
    table('b', column('value', 'share')),
  ]
  expect(unitsOf(tables, '')).toEqual({ days: 'days' })
  expect(unitsOf(tables, 'b')).toEqual({ days: 'days', value: 'share' })
})

test('an axis names its unit where its labels do not', () => {
  expect([
    axisTitle('lag', 'days'),
    axisTitle('revenue_gbp', 'GBP'),
    axisTitle('searches', 'searches'),
  ]).toEqual(['Lag (days)', 'Revenue', 'Searches'])
})

test('no heading has an underscore', () => {
  const formats = columnFormats([{ name: 'average_order_value', type: 'double' }], {})
  expect(formats.map((one) => one.heading)).toEqual(['Average order value'])
})

test('the contract of the table at hand heads a column, and the name heads one that tables head differently', () => {
  const tables = [
    table('a', column('template', '', 'Search'), column('mean', '', 'Expected')),
    table('b', column('template', '', 'Form of a letter')),
  ]
  const headings = (at: string) =>
    columnFormats(
      ['template', 'mean'].map((name) => ({ name, type: 'varchar' })),
      {},
      labelsOf(tables, at),
    ).map((format) => format.heading)
  expect(headings('a')).toEqual(['Search', 'Expected'])
  expect(headings('')).toEqual(['Template', 'Expected'])
})

test('columns that would share a heading have one of their own on all pages, unless a label is given', () => {
  const columns = [{ name: 'product_id' }, { name: 'product_name' }, { name: 'updated_at' }]
  expect(headingsOf(columns)).toEqual({
    product_id: 'Product id',
    product_name: 'Product name',
    updated_at: 'Updated',
  })
  expect(headingsOf(columns, { product_id: 'Article' }).product_id).toBe('Article')
})

test('a computed column that ends with a currency of the lake is an amount in it', () => {
  const columns = ['net_usd', 'net_eur', 'usd', 'name_usd'].map((name) => ({
    name,
    type: name === 'name_usd' ? 'varchar' : 'double',
  }))
  const units = unitsOfAnswer(columns, { price: 'USD per piece' })
  expect(units).toEqual({ price: 'USD per piece', net_usd: 'USD' })
  const [net] = columnFormats(columns, units)
  expect([net?.heading, net?.text(1234)]).toEqual(['Net', 'US$1,234'])
})

test('a column of a person’s answer has the unit and title that the API found for it, and no other', () => {
  const columns = [
    { name: 'mean', type: 'double', unit: '', label: '' },
    { name: 'revenue', type: 'double', unit: 'GBP', label: '' },
    { name: 'amount', type: 'double', unit: 'GBP', label: 'Amount paid' },
  ]
  const units = factsOfAnswer(columns, 'unit')
  expect(unitsOfAnswer(columns, units, { mean: 'GBP' })).toEqual({ revenue: 'GBP', amount: 'GBP' })
  const formats = columnFormats(columns, units, factsOfAnswer(columns, 'label'))
  expect(formats.map(({ heading, text }) => [heading, text(10)])).toEqual([
    ['Mean', '10'],
    ['Revenue', '£10.00'],
    ['Amount paid', '£10.00'],
  ])
})

test('whole numbers that identify rows wherever they are have no separators', () => {
  const own = (name: string, type: string, primary_key: boolean) => testColumn(name, { type, primary_key })
  const keys = numberedKeysOf([
    table('receipts', own('receipt', 'bigint', true), own('page', 'int', true), own('sku', 'varchar', true)),
    table('reads', own('receipt', 'bigint', true), own('page', 'int', false), own('amount', 'bigint', false)),
  ])
  expect([...keys]).toEqual(['receipt'])
})

test('beside a column of names an id shows its code, and not the name again', () => {
  const texts = (names: string[], areAllInView = true) =>
    columnFormats(
      names.map((name) => ({ name, type: 'varchar' })),
      {},
      {},
      areAllInView,
    ).map(({ text }) => text('GB'))
  expect(texts(['region_id', 'region_name'])).toEqual(['GB', 'GB'])
  expect(texts(['region_id', 'sold'])).toEqual(['United Kingdom', 'GB'])
  // On a phone the names have no room of their own.
  expect(texts(['region_id', 'region_name'], false)).toEqual(['United Kingdom', 'GB'])
})

test('the heading of a narrow table says a short unit or one of time, and no unit that its values say', () => {
  expect(['kg', 'km/h', '°C', 'days', 'months'].map(unitOfHeading)).toEqual([
    'kg',
    'km/h',
    '°C',
    'days',
    'months',
  ])
  expect(['GBP', 'share', 'rank', 'score', 'transactions', ''].map(unitOfHeading)).toEqual(Array(6).fill(''))
})
