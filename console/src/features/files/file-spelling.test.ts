import { expect, test } from 'vitest'

import { asInFile, cellAsSent } from './file-spelling'
import { sentForm, sentLines } from './sent-form'
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

test('a refused text is shown as it was sent, and never rewritten', () => {
  const spelling = { patterns: ['dd.MM.yyyy'] }
  expect(asInFile('2026-13-01', spelling)).toBeUndefined()
  const row = { rule: 'type', column: 'changed', record: { changed: '2026-12-01', price: '85.6900' } }
  const spellings = { changed: spelling, price: { decimal: ',' } }
  expect(cellAsSent(row, 'changed', spellings)).toBe('2026-12-01')
  expect(cellAsSent({ ...row, rule: 'minimum' }, 'changed', spellings)).toBe('01.12.2026')
  expect(cellAsSent(row, 'price', spellings)).toBe('85,69')
})

test('the rows for a sender have the header, the separator and the texts of the file that was sent', () => {
  const edits = {
    sent_as: 'Preise Huber.csv',
    sent_columns: ['Artikel-Nr', 'Listenpreis', 'EAN', 'Lieferbar'],
    fields: ['id', 'price', '', 'sold'],
    sent_written_as: { delimiter: ';' },
    formats: { price: { decimal: ',', thousands: '.' }, sold: { trueWords: ['ja'], falseWords: ['nein'] } },
  }
  const form = sentForm({ key: 'products/preise.csv', written_as: {}, edited_before: edits } as never)
  const record = { id: '070061', price: '1137.5100', sold: 'false', added: 'x' }
  const row = {
    source_row: 51,
    sheet_row: null,
    sent_row: 52,
    reason: 'No date',
    rule: 'type',
    column: 'added',
    record,
  }
  expect(form.name).toBe('Preise Huber')
  expect(sentLines([row] as never, form)).toEqual([
    'Artikel-Nr;Listenpreis;EAN;Lieferbar;added;row;reason',
    '070061;1.137,51;;nein;x;52;No date',
  ])
})

test('the rows of a file that nobody edited have its own columns', () => {
  const form = sentForm({ key: 'products/a.csv.gz', written_as: { delimiter: '\t' } } as never)
  const row = {
    source_row: 2,
    sheet_row: 4,
    sent_row: null,
    reason: 'Empty',
    rule: 'required',
    column: 'id',
    record: { id: null, n: '1' },
  }
  expect(form.name).toBe('a')
  expect(sentLines([row] as never, form)).toEqual(['id\tn\trow\treason', '\t1\t4\tEmpty'])
})
