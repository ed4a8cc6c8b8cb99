import { expect, test } from 'vitest'

import { cut, isOfFigures, linesOf } from './save-picture'

const widthOf = (text: string): number => text.length

test('a text of a picture goes on in further lines, and a longer word keeps its own', () => {
  expect(linesOf('as of 9 Dec 2010', 8, widthOf)).toEqual(['as of 9', 'Dec 2010'])
  expect(linesOf('of market_intelligence now', 8, widthOf)).toEqual(['of', 'market_intelligence', 'now'])
})

test('a cell of a picture is cut where its column ends', () => {
  expect(cut('United Kingdom', 20, widthOf)).toBe('United Kingdom')
  expect(cut('United Kingdom', 7, widthOf)).toBe('United…')
})

test('a row of few numbers is drawn as figures, and a table of names is not', () => {
  const table = { headings: ['Value'], rows: [['£2.1m']], isNumber: [true] }
  expect(isOfFigures(table)).toBe(true)
  expect(isOfFigures({ ...table, rows: [['£2.1m'], ['£3m']] })).toBe(false)
  expect(isOfFigures({ headings: ['Region', 'Net'], rows: [['Alps', '7']], isNumber: [false, true] })).toBe(
    false,
  )
})
