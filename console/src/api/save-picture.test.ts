import { expect, test } from 'vitest'

import { cut, linesOf } from './save-picture'

const widthOf = (text: string): number => text.length

test('a text of a picture goes on in further lines, and a longer word keeps its own', () => {
  expect(linesOf('as of 9 Dec 2010', 8, widthOf)).toEqual(['as of 9', 'Dec 2010'])
  expect(linesOf('of market_intelligence now', 8, widthOf)).toEqual(['of', 'market_intelligence', 'now'])
})

test('a cell of a picture is cut where its column ends', () => {
  expect(cut('United Kingdom', 20, widthOf)).toBe('United Kingdom')
  expect(cut('United Kingdom', 7, widthOf)).toBe('United…')
})
