import { expect, test } from 'vitest'

import { exactFormat, placesOf, plainFormat, plainText, rowFormat } from './answer-numbers'

test('a share of any statement is percent with two decimals', () => {
  const share = plainFormat(
    { heading: '', title: '', text: String },
    { name: 'part', type: 'double' },
    { part: 'share' },
  )
  expect(['0.676', 0.07, 1, '0.626090128909268', 0].map(share.text)).toEqual([
    '67.6 %',
    '7 %',
    '100 %',
    '62.61 %',
    '0 %',
  ])
})

test('a table of an answer has all digits, with separators, whatever the type of the column', () => {
  const mean = plainText({ name: 'mean', type: 'double' })
  expect(['2.6979504427191', 2086012.45, 33658072, '0.00027494494678', 0.1 + 0.2, 1e-9].map(mean)).toEqual([
    '2.6979504427191',
    '2,086,012.45',
    '33,658,072',
    '0.00027494494678',
    '0.3',
    '1e-9',
  ])
  expect(plainText({ name: 'amount', type: 'decimal(18,2)' })('12345.67')).toBe('12,345.67')
  expect(plainText({ name: 'shop_id', type: 'double' })('2.6979504427')).toBe('2.6979504427')
})

test('decimals of one column have as many places, and lose none', () => {
  const column = { name: 'sold', type: 'decimal(38,3)' }
  const rows = ['338583.453', '12.26', '7'].map((value) => [value])
  const [places = 0] = placesOf([column], rows)
  expect(rows.map(([value = '']) => plainText(column, places)(value))).toEqual([
    '338,583.453',
    '12.260',
    '7.000',
  ])
  expect(placesOf([{ name: 'sold', type: 'double' }], rows)).toEqual([0])
})

test('an amount that is stored with four decimals has those that a value of its column needs', () => {
  const column = { name: 'price', type: 'decimal(18,4)' }
  const texts = (...values: string[]) => {
    const [places = 0] = placesOf(
      [column],
      values.map((value) => [value]),
    )
    return values.map(plainText(column, places))
  }
  expect(texts('6.9500', '13.0000')).toEqual(['6.95', '13.00'])
  expect(texts('6.9525', '13.0000')).toEqual(['6.9525', '13.0000'])
  expect(texts('13', '7')).toEqual(['13', '7'])
})

test('a code of a country has its name beside it, as the chart of the answer has it', () => {
  const text = (name: string) =>
    plainFormat({ heading: '', title: '', text: String }, { name, type: 'varchar' }, {}).text
  expect(['GB', '(other)', 'north'].map(text('region_id'))).toEqual([
    'United Kingdom (GB)',
    '(other)',
    'north',
  ])
  expect(['category=kitchen', 'total'].map(text('series_id'))).toEqual([
    'kitchen (category=kitchen)',
    'total',
  ])
  expect(text('status')('GB')).toBe('GB')
})

test('a question has the unit beside all digits', () => {
  const text = (type: string, unit: string, value: string | number) =>
    exactFormat({ heading: '', title: '', text: String }, { name: 'sum', type }, { sum: unit }).text(value)
  expect(text('double', 'GBP', 195200.4)).toBe('£195,200.40')
  expect(text('decimal(18,4)', 'GBP', '2086012.4512')).toBe('£2,086,012.4512')
  expect(text('double', 'share', 0.25121)).toBe('25.121 %')
  expect(text('bigint', 'orders', 33658072)).toBe('33,658,072')
  expect(text('varchar', '', 'a')).toBe('a')
})

test('a share in a table of rows has at most two decimals, and a tiny one is not nothing', () => {
  const column = { name: 'risk', type: 'double' }
  const text = (value: number | string | null, unit = 'probability') =>
    rowFormat({ heading: '', title: '', text: String }, column, { risk: unit }).text(value)
  expect(text(0.953756856467358)).toBe('95.38 %')
  expect(text('0.5')).toBe('50 %')
  expect(text(0)).toBe('0 %')
  expect(text(0.00002)).toBe('0.002 %')
  expect(text(0.99999)).toBe('> 99.99 %')
  expect(text(1)).toBe('100 %')
  expect(text(null)).toBe('–')
  expect(text(95.3756856467358, 'USD')).toBe('US$95.3756856467358')
})

test('amounts of a statement have two decimals, and prices below 1 keep their digits', () => {
  const column = { name: 'revenue', type: 'decimal(18,3)' }
  const { text } = plainFormat({ heading: '', title: '', text: String }, column, { revenue: 'GBP' }, 3)
  expect(['796648.500', '622479.502', '-2.5', '0.0035', null].map(text)).toEqual([
    '796,648.50',
    '622,479.50',
    '-2.50',
    '0.0035',
    '–',
  ])
  const counted = plainFormat({ heading: '', title: '', text: String }, column, { revenue: 'days' }, 3)
  expect(counted.text('622479.502')).toBe('622,479.502')
})
