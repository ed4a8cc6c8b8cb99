import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'

import { asInFile, cellAsSent } from './file-spelling'
import { sentWorkbook } from './save-sent-rows'
import { reasonInFile, rowsToSend, sentForm, sentLines, sentName } from './sent-form'
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
  // A file that is not kept has its masked cells.
  expect(sentLines({ reference: 'f1', columns: [], rows: [row] } as never, form)).toEqual([
    'Artikel-Nr;Listenpreis;EAN;Lieferbar;added;row;reason;reference',
    '070061;1.137,51;;nein;x;52;No date;f1-51',
  ])
  const kept = { ...row, line: 55, sheet: '', sent_cells: ['070061', '-1.137,5', '400', 'nein'] }
  const long = { ...kept, source_row: 60, sheet: 'Mai', sent_cells: ['07', '1', '400', 'nein', 'x'] }
  const sent = { reference: 'f1', columns: edits.sent_columns, rows: [kept, long] }
  expect(sentLines(sent as never, form)).toEqual([
    'Artikel-Nr;Listenpreis;EAN;Lieferbar;row;reason;reference',
    '070061;-1.137,5;400;nein;line 55;No date;f1-51',
    '07;1;400;"nein;x";sheet Mai, row 55;No date;f1-60',
  ])
})

test('a reason for a sender has the headings and the amounts of the file', () => {
  const form = {
    columns: [
      ['Listenpreis', 'list_price'],
      ['geändert am', 'updated_at'],
    ] as [string, string][],
    spellings: { list_price: { decimal: ',' } },
  }
  const words = (reason: string) => reasonInFile({ reason }, form)
  expect(words('List price is not a number. Write it as 1.234,5.')).toBe(
    'Listenpreis is not a number. Write it as 1.234,5.',
  )
  expect(
    words('Row 29 has the same key; its List price is 999.9900 instead of 658.5900. Neither is newer.'),
  ).toBe('Row 29 has the same key; its Listenpreis is 999,99 instead of 658,59. Neither is newer.')
  expect(words('its List price is 99.9900 instead of 1028.2200, its List price is 1.50 instead of 2.')).toBe(
    'its Listenpreis is 99,99 instead of 1028,22, its List price is 1,50 instead of 2.',
  )
  expect(words('The row has 3 cells, the header has 8.')).toBe('The row has 3 cells, the header has 8.')
})

test('a sender gets no rows that are equal to another one or corrected since', () => {
  const row = (rule: string, correction: string | null = null) => ({ rule, correction })
  const rows = [row('type'), row('type', 'accepted'), row('duplicate_row'), row('duplicate_key')]
  expect(rowsToSend(rows as never)).toEqual([row('type'), row('duplicate_key')])
})

test('a sender reads every reason of a row, in the words of its page', () => {
  const form = { ...sentForm({ key: 'products/a.csv', written_as: {} } as never) }
  form.columns = [
    ['Listenpreis', 'price'],
    ['Datum', 'changed'],
  ]
  const row = {
    source_row: 3,
    rule: 'type',
    column: 'price',
    value: 'auf Anfrage',
    reason:
      'Price is not a number with at most 8 digits before the decimal sign and 4 behind it. Write it as 1.234,5.',
    all_rules: '["type:price", "required:changed"]',
    record: { price: 'auf Anfrage', changed: null },
  }
  const [, line] = sentLines({ reference: 'f1', columns: [], rows: [row] } as never, form)
  expect(line).toBe(
    'auf Anfrage,,3,"Listenpreis has a word, which is no number. Write the number that is meant, such as 1.234,5. Also: Datum is missing.",f1-3',
  )
})

test('rows that are ignored are not among those for the sender', () => {
  const row = (rule: string) => ({ rule, column: 'price', correction: null })
  const ignored = [{ rule: 'minimum', column: 'price' }]
  expect(rowsToSend([row('type'), row('minimum')] as never, ignored)).toEqual([row('type')])
})

test('the rows of one reason have a file name of their own', () => {
  expect(sentName({ name: 'preise' })).toBe('preise-rejected-rows')
  expect(sentName({ name: 'preise' }, { column: 'list_price', rule: 'type' })).toBe(
    'preise-rejected-rows-list-price-type',
  )
})

test('the sender of a workbook gets a workbook, with zeros and decimals as they were', async () => {
  const form = sentForm({ key: 'products/a.xlsx', written_as: { format: 'xlsx' } } as never)
  expect(form.isWorkbook).toBe(true)
  expect(sentForm({ key: 'products/a.csv.gz', written_as: {} } as never).isWorkbook).toBe(false)
  const file = await sentWorkbook([
    ['id', 'row'],
    ['007', null],
    ['1.50', 4],
  ])
  const parts = unzipSync(new Uint8Array(await file.arrayBuffer()))
  const text = (name: string) => strFromU8(parts[name] ?? new Uint8Array())
  expect(text('xl/sharedStrings.xml')).toMatch(/>id<.*>row<.*>007<.*>1\.50<.*>4</)
  expect(text('xl/worksheets/sheet1.xml')).not.toContain('t="n"')
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
  expect(sentLines({ reference: 'f1', columns: [], rows: [row] } as never, form)).toEqual([
    'id\tn\trow\treason\treference',
    '\t1\t4\tEmpty\tf1-2',
  ])
})
