import { expect, test } from 'vitest'

import { answerTitle, filled, filledParts, titleParts } from './template'

const ANSWER = {
  columns: ['period_on', 'revenue', 'mean', 'lower_80'],
  rows: [
    ['2024-01-01', '10.00', null, null],
    ['2024-01-08', null, '4512.6', '2400'],
    ['2024-01-15', null, '9999', '1'],
  ],
}
const UNITS = { revenue: 'GBP', mean: 'GBP', lower_80: 'GBP' }

test('the first row that has every named column fills the text', () => {
  expect(filled('{mean}, at least {lower_80}', ANSWER, UNITS)).toBe('£4,513, at least £2,400')
  expect(filled('{revenue} in the period of {period_on}', ANSWER, UNITS)).toBe(
    '£10.00 in the period of 1 Jan 2024',
  )
})

test('rows are counted, also where there are none', () => {
  expect(filled('{row_count} to call', { columns: [], rows: [] }, {})).toBeUndefined()
  expect(filled('{row_count} to call', ANSWER, {})).toBe('3 to call')
})

test('a part that has no value is left out', () => {
  const row = { columns: ['windows', 'untested'], rows: [[4, null]] }
  expect(filledParts(['tested {windows} times', 'not tested: {untested}', 'always said'], row, {})).toEqual([
    'tested 4 times',
    'always said',
  ])
  expect(filled('{nothing}', ANSWER, UNITS)).toBeUndefined()
})

test('a list of the first of many counts all of them', () => {
  const answer = {
    columns: ['name', 'row_count'],
    rows: [
      ['a', 1609],
      ['b', 1609],
    ],
  }
  expect(answerTitle('{row_count} to review, first {name}', answer, {})).toBe('1,609 to review, first a')
})

test('a part in brackets is left out where a cell of it is null', () => {
  const text = '{name} sold {sales}[; a year before {before}]'
  const columns = ['name', 'sales', 'before']
  expect(filled(text, { columns, rows: [['A', 2, null]] }, {})).toBe('A sold 2')
  expect(filled(text, { columns, rows: [['A', 2, 1]] }, {})).toBe('A sold 2; a year before 1')
})

test('the title of an answer is its first part, and the others stand below', () => {
  const text = '[{missing} first][; {name} sold {sales}][; {missing} before]; as {words}'
  const answer = { columns: ['name', 'sales', 'missing', 'words'], rows: [['a', 2, null, 'ever; always']] }
  expect(titleParts(text, answer, {})).toEqual({ title: 'A sold 2', others: 'As ever; always' })
  expect(answerTitle(text, answer, {})).toBe('A sold 2; as ever; always')
  expect(titleParts('{name}', { columns: ['name'], rows: [['b; c']] }, {})).toEqual({
    title: 'B; c',
    others: '',
  })
  expect(titleParts('{missing}', answer, {})).toBeUndefined()
})
