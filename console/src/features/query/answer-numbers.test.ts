import { expect, test } from 'vitest'

import { columnFormats } from '../../formats/columns'
import {
  exactFormat,
  exactPlacesOf,
  panelFormat,
  panelPlacesOf,
  statementFormat,
  statementPlacesOf,
} from './answer-numbers'
import CASES from './statement-numbers.json'

const PLAIN = { heading: '', title: '', text: String }

/** The texts of a column of a person's statement. */
function statementTexts(
  values: (string | number | null)[],
  type = 'double',
  unit = '',
  kind: '' | 'name' | 'mean' = '',
): string[] {
  const columns = [{ name: 'sum', type, kind }]
  const rows = values.map((value) => [value])
  const [places] = statementPlacesOf(columns, rows, { sum: unit })
  return values.map(statementFormat(PLAIN, columns[0], { sum: unit }, places).text)
}

test('a share of any statement is percent, with the decimals that its column needs up to two', () => {
  expect(statementTexts([0.676, 0.07, 1, 0.626090128909268, 0], 'double', 'share')).toEqual([
    '67.60 %',
    '7.00 %',
    '100.00 %',
    '62.61 %',
    '0.00 %',
  ])
  expect(statementTexts([12, 3.5], 'double', 'percent')).toEqual(['12.0 %', '3.5 %'])
})

test.each(CASES)('the page has the numbers of a mail: $case', ({ type, unit, values, texts }) => {
  expect(statementTexts(values, type, unit)).toEqual(texts)
})

test('computed numbers of a column have one number of places, so that none of them is ragged', () => {
  expect(statementTexts([0.180011172144121, 0.2446, 0.1, 12])).toEqual([
    '0.1800',
    '0.2446',
    '0.1000',
    '12.0000',
  ])
  expect(statementTexts([2086012.45, 33658072])).toEqual(['2,086,012.45', '33,658,072.00'])
  expect(statementTexts([33658072, 3])).toEqual(['33,658,072', '3'])
  expect(statementTexts([0.1 + 0.2])).toEqual(['0.3'])
  expect(statementTexts([9.35937569876124, 12345.5, 3], 'double', '', 'mean')).toEqual([
    '9.3594',
    '12,345.5000',
    '3.0000',
  ])
})

test('a number that its places would round to nothing keeps two digits, and a huge one its exponent', () => {
  expect(statementTexts([0.00027494494678, 0.5])).toEqual(['0.00027', '0.50000'])
  expect(statementTexts([1e-9, 0.123456789])).toEqual(['1e-9', '0.12345679'])
  expect(statementTexts([0, null])).toEqual(['0', '–'])
  expect(statementTexts([1.5e21, 2.25])[0]).toContain('e')
})

test('decimals of one column have as many places as its values need, and lose none', () => {
  expect(statementTexts(['338583.453', '12.26', '7'], 'decimal(38,3)')).toEqual([
    '338,583.453',
    '12.260',
    '7.000',
  ])
  expect(statementTexts(['6.9500', '13.0000'], 'decimal(18,4)')).toEqual(['6.95', '13.00'])
  expect(statementTexts(['6.9525', '13.0000'], 'decimal(18,4)')).toEqual(['6.9525', '13.0000'])
  expect(statementTexts(['13', '7'], 'decimal(18,0)')).toEqual(['13', '7'])
  expect(statementTexts(['12345678901234567.891'], 'decimal(38,3)')).toEqual(['12,345,678,901,234,567.891'])
})

test('a code of a country has its name beside it, as the chart of the answer has it', () => {
  const text = (name: string) => statementFormat(PLAIN, { name, type: 'varchar' }, {}).text
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

test('all amounts of a column of a statement have their sign and the places of the currency', () => {
  const amounts = (values: (string | number | null)[], unit = 'GBP') =>
    statementTexts(values, 'decimal(18,3)', unit)
  expect(amounts(['796648.500', '-0.500', '0.990', '0.000', null])).toEqual([
    '£796,648.50',
    '-£0.50',
    '£0.99',
    '£0.00',
    '–',
  ])
  expect(amounts(['1250.000', '12.000'], 'JPY')).toEqual(['JP¥1,250', 'JP¥12'])
  expect(amounts(['796648.5000', '0.0035'])).toEqual(['£796,648.5000', '£0.0035'])
  expect(amounts(['12345678901234567.891'])).toEqual(['£12,345,678,901,234,567.89'])
  expect(statementTexts([0.123456789012345, 5], 'double', 'GBP per period')).toEqual(['£0.12', '£5.00'])
})

test('a number that names something has no separators', () => {
  expect(statementTexts([2009], 'bigint', '', 'name')).toEqual(['2009'])
  const inWords = exactFormat(PLAIN, { name: 'each', type: 'double', kind: 'mean' }, {})
  expect(inWords.text(9.35937569876124)).toBe('9.3594')
})

test('a day is in words, and the first day of a month is the month', () => {
  const text = (name: string) => statementFormat(PLAIN, { name, type: 'date' }, {}).text
  expect(text('ordered_on')('2010-12-01')).toBe('1 Dec 2010')
  expect(text('month')('2010-12-01')).toBe('Dec 2010')
  expect(text('ordered_on')(null)).toBe('–')
})

test('the heading of a statement has the unit that the values do not say', () => {
  const heading = (unit: string) =>
    statementFormat({ ...PLAIN, heading: 'Revenue' }, { name: 'sum', type: 'double' }, { sum: unit }).heading
  expect(['GBP', 'share', 'percent', 'days', 'GBP per order', ''].map(heading)).toEqual([
    'Revenue',
    'Revenue',
    'Revenue',
    'Revenue (days)',
    'Revenue (per order)',
    'Revenue',
  ])
})

test('percentages of one column have as many decimals', () => {
  const column = { name: 'part', type: 'double' }
  const values = [0.6622, 0.797, 0.1, 0.00001]
  const [places = 0] = statementPlacesOf(
    [column],
    values.map((value) => [value]),
    { part: 'share' },
  )
  const expected = ['66.22 %', '79.70 %', '10.00 %', '0.001 %']
  expect(values.map(statementFormat(PLAIN, column, { part: 'share' }, places).text)).toEqual(expected)
  expect(values.map(exactFormat(PLAIN, column, { part: 'share' }, places).text)).toEqual(expected)
})

test('a moment without a zone says that it is of UTC', () => {
  const headingOf = (type: string) =>
    statementFormat({ ...PLAIN, heading: 'Ordered at' }, { name: 'ordered_at', type }, {}).heading
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

test('an answer with more rows than a call has arguments has its places', () => {
  const rows = Array.from({ length: 200_000 }, (_, at) => [at % 2 === 0 ? 2.5 : 1_000.25])
  const columns = [{ name: 'sum', type: 'double', kind: '' as const }]
  expect(statementPlacesOf(columns, rows, {})).toEqual([2])
  expect(panelPlacesOf(columns, rows, {})).toEqual([1])
  expect(exactPlacesOf(columns, rows, {})).toEqual([2])
}, 60_000)
