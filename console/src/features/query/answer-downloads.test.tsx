// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { datedName, daysOf, excelWords, limitNote, openNote, pictureNotes } from './answer-downloads'

test('a picture has the note of its chart, and its tables with their days', () => {
  const page = document.createElement('div')
  expect(pictureNotes(page)).toEqual([])
  page.innerHTML =
    '<p data-answer-origin>From <a>Orders</a> as of 9 Dec 2010</p>' +
    '<div data-answer-chart="Sold"><p data-chart-note>Of these 4 rows …</p></div>'
  expect(pictureNotes(page)).toEqual(['Of these 4 rows …', 'From Orders as of 9 Dec 2010'])
})

test('a workbook says where the LIMIT of its statement cut the rows off', () => {
  const rows = [[1], [2]]
  expect(limitNote({ sql: 'SELECT a\nFROM t\nLIMIT 2;', rows })).toMatch(
    /^The statement ends with LIMIT 2: these are the first 2 rows/,
  )
  expect(limitNote({ sql: 'SELECT a FROM t LIMIT 3', rows })).toBe('')
  expect(limitNote({ sql: 'SELECT a FROM (SELECT a FROM t LIMIT 2) AS b', rows })).toBe('')
})

test('a download has days for moments at midnight, such as months, as the page shows them', () => {
  const answer = { rows: [['2010-11-01T00:00:00', '2010-11-01T08:30:00']] } as Parameters<typeof daysOf>[0]
  expect(daysOf(answer).rows).toEqual([['2010-11-01', '2010-11-01T08:30:00']])
})

test('a large answer is advised to be taken as CSV', () => {
  expect(excelWords(1200)).toBe('Excel, all rows (1,200)')
  expect(excelWords('counting')).toBe('Excel, all rows')
  expect(excelWords(518_593)).toBe('Excel, all rows (518,593): takes minutes, CSV takes seconds')
  expect(excelWords(2_000_000)).toBe('Excel has at most 1,048,575 rows: take CSV')
})

test('a workbook says which of its periods is not over', () => {
  const columns = [
    { name: 'region', type: 'varchar' },
    { name: 'month', type: 'timestamp' },
  ]
  const rows = [
    ['DE', '2010-12-01'],
    ['DE', '2010-11-01'],
  ]
  expect(openNote({ columns, rows }, '2010-12-09')).toBe(
    'The period from 1 Dec 2010 is not over: its data end on 9 Dec 2010.',
  )
  expect(openNote({ columns, rows }, '2010-12-31')).toBe('')
  expect(openNote({ columns, rows: [['DE', null]] }, '2010-12-09')).toBe('')
})

test('a file has the day on which it was saved', () => {
  expect(datedName('orders', new Date('2010-12-09T08:00:00Z'))).toBe('orders-2010-12-09')
})
