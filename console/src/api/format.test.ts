import { expect, test } from 'vitest'

import {
  axisLabel,
  cellText,
  DURATION,
  exactAmount,
  explained,
  figure,
  figureInFull,
  figureOfProfile,
  forPages,
  inFull,
  measure,
  money,
  number,
  seconds,
  typedSeconds,
  unitWord,
  usd,
  withoutZeroExponent,
} from './format'

test('an error of a file names its column and ends each sentence', () => {
  const error = {
    column: 'card_number',
    message: 'a required column is not in the file',
    remedy: 'send the file with the column',
  }
  expect(explained(error)).toBe(
    'Column card_number: a required column is not in the file. Send the file with the column.',
  )
})

test('without a column or a remedy nothing is added', () => {
  expect(explained({ column: '', message: 'The file is empty.', remedy: '' })).toBe('The file is empty.')
  expect(explained({ message: 'the file is truncated', remedy: 'upload it again' })).toBe(
    'The file is truncated. Upload it again.',
  )
})

test('a measure on a page has at most four significant digits, and a count has all', () => {
  expect([0.00027494494678170116, 45.801239, 518_593.71, 518_593, null].map(measure)).toEqual([
    '0.0002749',
    '45.8',
    '518,600',
    '518,593',
    '–',
  ])
})

test('a number in a table has all of its digits', () => {
  expect(['0.17828207e0', '1.5E3'].map(number)).toEqual(['0.17828207', '1,500'])
  expect(['0.00027494494678170116', 2.749449467817e-7, '1204113.50', 12.5].map(number)).toEqual([
    '0.00027494494678170116',
    '2.749449467817e-7',
    '1,204,113.50',
    '12.5',
  ])
})

test('money is written by its size', () => {
  const amounts = [12.4, 0.3, 0.0345, 3412.49, 12_345, 612_345, 1_240_000, -45_123, 0]
  expect(amounts.map((amount) => money(amount, 'GBP'))).toEqual([
    '£12.40',
    '£0.30',
    '£0.035',
    '£3,412',
    '£12.3k',
    '£612k',
    '£1.24m',
    '-£45.1k',
    '£0',
  ])
  expect(['0.0000477123', '0.0220'].map(usd)).toEqual(['$0.000048', '$0.022'])
})

test('no figure has more than four significant digits, whatever its unit', () => {
  const digits = (text: string): string => text.replace(/[^\d]/g, '').replace(/^0+|0+$/g, '')
  for (const unit of ['', 'share', 'percent', 'score', 'GBP', 'EUR'])
    for (const value of [0.123456789, 9.87654321, 98.7654321, 987.654321, 9876.54321, 0.000123456])
      expect(digits(figure(value, unit)).length, `${value} ${unit}: ${figure(value, unit)}`).toBeLessThan(5)
})

test('a share below 0.1 % is not written as nothing', () => {
  expect([0, 0.0004, -0.0004, 0.00096, 0.004, 0.000001].map((share) => figure(share, 'share'))).toEqual([
    '0 %',
    '0.04 %',
    '-0.04 %',
    '0.096 %',
    '0.4 %',
    '< 0.001 %',
  ])
  expect(figure(0.05, 'percent')).toBe('0.05 %')
  expect([12, 9.04, -1200].map((value) => figure(value, 'percent'))).toEqual([
    '12.0 %',
    '9.0 %',
    '-1,200.0 %',
  ])
})

test('a share of nearly all is not written as all', () => {
  expect([0.99999, 1, 0.9994, 1.00001].map((share) => figure(share, 'share'))).toEqual([
    '> 99.9 %',
    '100 %',
    '99.9 %',
    '100 %',
  ])
})

test('in a hover text amounts are rounded, and ids, years and days are not', () => {
  expect(
    [
      ['share', 0.00027494494678170116],
      ['amount', '959.3512'],
      ['customer_id', 1234567],
      ['year', 2024],
      ['day', '2024-01-31'],
      ['note', null],
    ].map(([name, value]) => cellText(name as string, value as string | number | null)),
  ).toEqual(['0.0002749', '959.4', '1234567', '2024', '2024-01-31', '–'])
})

test('a page of a file names no command whose work it does, and every other command', () => {
  expect(forPages('The newest is a.csv (drift); `headgate files show a.csv` says why.')).toBe(
    'The newest is a.csv (drift).',
  )
  const asked =
    'see `headgate mapping show a.csv`; `--leave-out COLUMN` leaves a column out; a new column belongs in the contract'
  expect(explained({ message: 'the header is another', remedy: asked })).toBe(
    'The header is another. A new column belongs in the contract.',
  )
  const kept = [
    'draft its contract with `headgate contract init MEASURES` and deploy it',
    'The copy was accepted; `headgate quarantine replay 1f` accepts it again.',
  ]
  expect(kept.map(forPages)).toEqual(kept)
})

test('a figure is followed by its unit where its sign does not say it', () => {
  expect([unitWord(210, 'transactions'), unitWord(1, 'customers')]).toEqual(['transactions', 'customer'])
  expect(['kg', 'km/h', '°C', 'kWh', 'ms'].map((unit) => unitWord(1, unit))).toEqual([
    'kg',
    'km/h',
    '°C',
    'kWh',
    'ms',
  ])
  for (const [value, unit] of [
    [0.2, 'share'],
    [2, 'GBP'],
    [null, 'regions'],
    [2, ''],
  ] as const)
    expect(unitWord(value, unit)).toBe('')
})

test('a duration has one form: the larger it is, the fewer places it has', () => {
  expect([0.0123, 2.54, 9.96, 52.6, 67.2, 119.6, 183].map(seconds)).toEqual([
    '12 ms',
    '2.5 s',
    '10 s',
    '53 s',
    '1 min 7 s',
    '2 min 0 s',
    '3 min 3 s',
  ])
})

test('a cost has one form: to the cent, and below it two digits', () => {
  expect(['0', '0.06', '0.0510', '0.0413', '1.5', '12.345'].map(usd)).toEqual([
    '$0.00',
    '$0.06',
    '$0.051',
    '$0.041',
    '$1.50',
    '$12.35',
  ])
})

test('a number of hundreds of digits has an exponent, and no number one that it does not need', () => {
  expect([1e300, -1.25e21, 1e20, '1e+300'].map(inFull)).toEqual([
    '1e300',
    '-1.25e21',
    '100,000,000,000,000,000,000',
    '1e300',
  ])
  expect(number(1e300)).toBe('1e300')
  expect(['231.30214e0', '-7E0', '2e05', '1e01', 'A1e0', '1.5'].map(withoutZeroExponent)).toEqual([
    '231.30214',
    '-7',
    '2e05',
    '1e01',
    'A1e0',
    '1.5',
  ])
})

test('an amount that is stored to the cent keeps its cents, and a computed one is none', () => {
  expect(exactAmount('211.59', 'GBP')).toBe('£211.59')
  expect(exactAmount('16554.88', 'GBP')).toBe('£16,554.88')
  expect(exactAmount('1234.5678', 'GBP')).toBe('')
  expect(exactAmount(211.59, 'GBP')).toBe('')
  expect(exactAmount('0.31', 'share')).toBe('')
  expect(exactAmount(null, 'GBP')).toBe('')
})

test('a score or a correlation reads as none or as all only where it is', () => {
  const words = (value: number): string => figure(value, 'score')
  expect([0, 1, -1, 0.5, 0.99, 1.5].map(words)).toEqual(['0.00', '1.00', '-1.00', '0.50', '0.99', '1.50'])
  expect([0.9956, -0.9956, 0.004, -0.004].map(words)).toEqual(['0.996', '-0.996', '0.004', '-0.004'])
  expect([0.99999, -0.99999, 0.0001, -0.0001].map(words)).toEqual([
    '> 0.999',
    '< -0.999',
    '< 0.001',
    '> -0.001',
  ])
})

test('a figure of a profile has two decimals and at least four digits, so that it is that of the file', () => {
  expect(['116.48', '12345.678', 0.012345, '7', 1_234_567].map((each) => figureOfProfile(each, ''))).toEqual([
    '116.48',
    '12,345.68',
    '0.01235',
    '7',
    '1,234,567',
  ])
  expect(
    ['116.48', '412', '3412.5', '61234.5', 1_234_567].map((each) => figureOfProfile(each, 'GBP')),
  ).toEqual(['£116.48', '£412', '£3,412.50', '£61,235', '£1.235m'])
  expect([figureOfProfile(0.1234, 'share'), figureOfProfile(null, '')]).toEqual(['12.3 %', '–'])
})

test('seconds of a source that writes durations are shown as it writes them', () => {
  expect([7272, 0, 133_500, -3_661, 3599.96].map((value) => figure(value, DURATION))).toEqual([
    '2:01:12',
    '0:00:00',
    '37:05:00',
    '-1:01:01',
    '1:00:00',
  ])
  // A mean has no parts of a second, unless it is of less than a minute.
  expect([7272.3456, 34.256].map((value) => figure(value, DURATION))).toEqual(['2:01:12', '0:00:34.3'])
  expect(['7272.500', '59.9996'].map((value) => figureInFull(value, DURATION))).toEqual([
    '2:01:12.5',
    '0:01:00',
  ])
  expect(figureOfProfile('7272.3456e0', DURATION)).toBe('2:01:12')
  expect(axisLabel(5400, DURATION)).toBe('1:30:00')
  expect(unitWord(7272, DURATION)).toBe('')
})

test('a duration is typed as it is shown', () => {
  expect(['2:01:12', '37:45', '-0:00:59.5', '1,000:00:00'].map(typedSeconds)).toEqual([
    7272, 135_900, -59.5, 3_600_000,
  ])
  expect(['7272', '2:75:00', 'soon'].map(typedSeconds)).toEqual([undefined, undefined, undefined])
})
