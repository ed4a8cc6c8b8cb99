import { expect, test } from 'vitest'

import { columnFormats } from '../../formats/columns'
import {
  amountPlacesOf,
  exactFormat,
  exactPlacesOf,
  panelFormat,
  panelPlacesOf,
  placesOf,
  plainFormat,
  plainText,
} from './answer-numbers'

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
  expect(text('decimal(18,2)', 'JPY', '1250')).toBe('JP¥1,250')
  expect(text('decimal(38,2)', 'GBP', '12345678901234567.89')).toBe('£12,345,678,901,234,567.89')
  expect(text('double', 'share', 0.25121)).toBe('25.121 %')
  expect(text('bigint', 'orders', 33658072)).toBe('33,658,072')
  expect(text('varchar', '', 'a')).toBe('a')
})

test('a share in a table of rows has at most two decimals, and a tiny one is not nothing', () => {
  const column = { name: 'risk', type: 'double' }
  const text = (value: number | string | null) =>
    exactFormat({ heading: '', title: '', text: String }, column, { risk: 'probability' }, 0).text(value)
  expect(text(0.953756856467358)).toBe('95.38 %')
  expect(text('0.5')).toBe('50 %')
  expect(text(0)).toBe('0 %')
  expect(text(0.00002)).toBe('0.002 %')
  expect(text(0.99999)).toBe('> 99.99 %')
  expect(text(1)).toBe('100 %')
  expect(text(null)).toBe('–')
  expect(exactFormat(PLAIN, column, { risk: 'USD' }).text(95.3756856467358)).toBe('US$95.3756856467358')
})

/** The texts of a column of amounts in a table of an answer. */
function amountTexts(values: (string | number | null)[], unit = 'GBP', type = 'decimal(18,3)'): string[] {
  const [columns, rows, units] = [
    [{ name: 'revenue', type }],
    values.map((value) => [value]),
    { revenue: unit },
  ]
  const [places] = placesOf(columns, rows)
  const [amounts] = amountPlacesOf(columns, rows, units)
  return values.map(
    plainFormat({ heading: '', title: '', text: String }, columns[0], units, places, amounts).text,
  )
}

test('all amounts of a column have the places of its currency', () => {
  expect(amountTexts(['796648.500', '622479.502', '-0.500', '0.990', '0.000', null])).toEqual([
    '796,648.50',
    '622,479.50',
    '-0.50',
    '0.99',
    '0.00',
    '–',
  ])
  expect(amountTexts([0.123456789012345, 5], 'GBP per period', 'double')).toEqual(['0.12', '5.00'])
  expect(amountTexts(['1250.000', '12.000'], 'JPY')).toEqual(['1,250', '12'])
})

test('a column with smaller amounts, and one of another unit, keep their digits', () => {
  expect(amountTexts(['796648.5000', '0.0035', '0.0000'])).toEqual(['796,648.5000', '0.0035', '0.0000'])
  expect(amountTexts(['0.500', '12.000'], 'JPY')).toEqual(['0.50', '12.00'])
  expect(amountTexts(['622479.502'], 'days')).toEqual(['622,479.502'])
})

test('a decimal with more digits than a float has all of them', () => {
  const text = '12345678901234567.891'
  expect(amountTexts([text])).toEqual(['12,345,678,901,234,567.89'])
  expect(plainText({ name: 'sold', type: 'decimal(38,3)' }, 3)(text)).toBe('12,345,678,901,234,567.891')
})

const PLAIN = { heading: '', title: '', text: String }

test('a number that names something has no separators, and a mean has four decimals', () => {
  const year = plainFormat(PLAIN, { name: 'y', type: 'bigint', kind: 'name' }, {})
  expect(year.text(2009)).toBe('2009')
  const mean = plainFormat(PLAIN, { name: 'each', type: 'double', kind: 'mean' }, {})
  expect([9.35937569876124, 12345.5, 3, 0.0000274949].map(mean.text)).toEqual([
    '9.3594',
    '12,345.5',
    '3',
    '0.000027',
  ])
  const inWords = exactFormat(PLAIN, { name: 'each', type: 'double', kind: 'mean' }, {})
  expect(inWords.text(9.35937569876124)).toBe('9.3594')
})

test('percentages of one column have as many decimals', () => {
  const column = { name: 'part', type: 'double' }
  const values = [0.6622, 0.797, 0.1, 0.00001]
  const [places = 0] = placesOf(
    [column],
    values.map((value) => [value]),
    { part: 'share' },
  )
  const expected = ['66.22 %', '79.70 %', '10.00 %', '0.001 %']
  expect(values.map(plainFormat(PLAIN, column, { part: 'share' }, places).text)).toEqual(expected)
  expect(values.map(exactFormat(PLAIN, column, { part: 'share' }, places).text)).toEqual(expected)
})

test('a moment without a zone says that it is of UTC', () => {
  const headingOf = (type: string) =>
    plainFormat({ heading: 'Ordered at', title: '', text: String }, { name: 'ordered_at', type }, {}).heading
  expect(['timestamp', 'timestamp(3)', 'timestamp(3) with time zone', 'date'].map(headingOf)).toEqual([
    'Ordered at (UTC)',
    'Ordered at (UTC)',
    'Ordered at',
    'Ordered at',
  ])
})

/** The texts of a column in the words of its unit, as a question and the page of a table have them. */
function exactTexts(values: (string | number | null)[], unit: string, type = 'double'): string[] {
  const [columns, units] = [[{ name: 'value', type }], { value: unit }]
  const [places] = exactPlacesOf(
    columns,
    values.map((value) => [value]),
    units,
  )
  return values.map(exactFormat(PLAIN, columns[0], units, places).text)
}

test('all values of a column of a question have one number of places', () => {
  expect(exactTexts([521.7827, 528.278, 2057.24, null], 'GBP')).toEqual([
    '£521.78',
    '£528.28',
    '£2,057.24',
    '–',
  ])
  expect(exactTexts(['23500.491', '9516.04'], 'GBP', 'decimal(18,3)')).toEqual(['£23,500.49', '£9,516.04'])
  expect(exactTexts([1250.5, 7], 'JPY')).toEqual(['JP¥1,251', 'JP¥7'])
  expect(exactTexts([0.54, 0.662, 0.38], 'share')).toEqual(['54.0 %', '66.2 %', '38.0 %'])
  expect(exactTexts([12, 3.5], 'percent')).toEqual(['12.0 %', '3.5 %'])
  expect(exactTexts([12, 3.25], 'days')).toEqual(['12.00', '3.25'])
  expect(exactTexts([12, 3], 'days')).toEqual(['12', '3'])
})

test('amounts below the smallest coin have the places of the smallest one', () => {
  expect(exactTexts([0.0035, 12.5, 0], 'GBP')).toEqual(['£0.0035', '£12.5000', '£0.0000'])
  expect(exactTexts(['12345678901234567.891'], 'GBP', 'decimal(38,3)')).toEqual([
    '£12,345,678,901,234,567.89',
  ])
})

test('a column of computed numbers with many digits rounds none of them', () => {
  expect(exactTexts([2.6979504427191, 12.5], 'score')).toEqual(['2.6979504427191', '12.5'])
})

test('a column of a panel has one number of places, and rounds as pages do', () => {
  const texts = (values: (number | null)[], unit: string) => {
    const columns = [{ name: 'value', type: 'double' }]
    const units = { value: unit }
    const rows = values.map((value) => [value])
    const [format] = columnFormats(columns, units)
    const [places] = panelPlacesOf(columns, rows, units)
    if (!format) throw new Error('no format')
    const { text } = panelFormat(format, columns[0], units, places)
    return values.map(text)
  }
  expect(texts([0.54, 0.6621, 0.9999, 0.0002, null], 'share')).toEqual([
    '54.0 %',
    '66.2 %',
    '> 99.9 %',
    '0.02 %',
    '–',
  ])
  expect(texts([0.54, 0.5], 'share')).toEqual(['54 %', '50 %'])
  expect(texts([2.1234, 11.43, 165.21], '')).toEqual(['2.1', '11.4', '165.2'])
  expect(texts([12, 3, 1234567], '')).toEqual(['12', '3', '1,234,567'])
  expect(texts([98.2, 3412, 0], 'EUR')).toEqual(['€98.20', '€3,412.00', '€0.00'])
  expect(texts([98.2, 612_345.6], 'EUR')).toEqual(['€98', '€612,346'])
  expect(texts([0.5, 0.25], 'score')).toEqual(['0.50', '0.25'])
})
