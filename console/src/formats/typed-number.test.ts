import { expect, test } from 'vitest'

import { plainNumber, readAsWords } from './typed-number'

test.each([
  ['1,5', '1.5'],
  ['0,125', '0.125'],
  ['1 500', '1500'],
  ['1\u202f500,5', '1500.5'],
  ["1'000'000", '1000000'],
  ['25.000,5', '25000.5'],
  ['1.250.000', '1250000'],
  ['1,500', '1500'],
  ['1,500.25', '1500.25'],
  ['1.500', '1.500'],
  ['−3,25', '-3.25'],
  ['+5', '+5'],
  ['.5', '.5'],
  ['12.', '12.'],
  ['1 5', ''],
  ['2,50,0', ''],
  ['1.2.3', ''],
  ['1; drop', ''],
  ['-', ''],
  ['', ''],
])('the number %j is read as %j', (typed, plain) => {
  expect(plainNumber(typed)).toBe(plain)
})

test('a number whose separators have two meanings says how it was read', () => {
  expect(['1,5', '1 500', '1,500', '1.500', '25.000,5'].map(readAsWords)).toEqual([
    'Read as 1.5.',
    'Read as 1500.',
    'Read as 1500.',
    'Read as 1.5.',
    'Read as 25000.5.',
  ])
  expect(['1500', '12.5', '0.25', 'many'].map(readAsWords)).toEqual(['', '', '', ''])
})
