import { expect, test } from 'vitest'

import { asInFile } from './file-spelling'
import { otherCells, textWords } from './rejection-groups'

test('amounts and days have the spelling of their file', () => {
  expect(asInFile('-4.5000', { decimal: ',' })).toBe('-4,50')
  expect(asInFile('13.125', { decimal: ',' })).toBe('13,125')
  expect(asInFile('2010-02-28 10:00:00', { patterns: ['dd.MM.yyyy HH:mm'] })).toBe('28.02.2010 10:00')
  expect(asInFile('2010-02-28', { patterns: ['dd.MM.yyyy'] })).toBe('28.02.2010')
})

test('values that are not read, and other formats, stay as they are', () => {
  expect(asInFile('oops', { decimal: ',' })).toBeUndefined()
  expect(asInFile('2010-02-28', { patterns: ['d MMM yyyy'] })).toBeUndefined()
  expect(asInFile('1.5', undefined)).toBeUndefined()
  expect(textWords('31.02.2010', { patterns: ['dd.MM.yyyy'] })).toBe('31.02.2010')
  expect(textWords('728.3900')).toBe('728.39')
})

test('all cells of a refused row have the spelling of the file', () => {
  const row = { column: 'name', record: { name: 'x', price: '-4.5000', sold_on: '2010-02-28' } }
  const spellings = { price: { decimal: ',' }, sold_on: { patterns: ['dd.MM.yyyy'] } }
  expect(otherCells(row as never, (name) => name, spellings)).toEqual([
    ['price', '-4,50'],
    ['sold_on', '28.02.2010'],
  ])
})
