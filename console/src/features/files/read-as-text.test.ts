import { expect, test } from 'vitest'

import { readAs } from './read-as-text'

test('a German export is described in words', () => {
  const found = {
    format: 'csv',
    format_words: 'CSV',
    compression: 'none',
    encoding: 'cp1252',
    delimiter: ';',
    quote: '"',
    line_end: '\r\n',
    skipped_lines: '2',
    header_lines: '1',
    footer_lines: '1',
    confidence: '1.0',
  }
  expect(readAs(found)).toBe(
    'CSV · Windows-1252 · separated by semicolons · 2 lines skipped above the header · 1 line skipped at the end',
  )
})

test('a guess says how sure it is, and an unknown delimiter is quoted', () => {
  expect(readAs({ format_words: 'CSV', delimiter: '~', confidence: '0.71' })).toBe(
    'CSV · separated by “~” · 71 % sure',
  )
})

test('a file that nobody read has no description', () => {
  expect(readAs({})).toBe('')
})

test('the rows of other sheets are counted without the names of their columns, and empty sheets are named', () => {
  const workbook = {
    format_words: 'Excel (.xlsx)',
    left_out: 'Positionen (rows: 61), Info (rows: 1)',
    empty_sheets: 'Notizen',
  }
  expect(readAs(workbook)).toBe(
    'Excel (.xlsx) · further sheets: Positionen (60 rows), Info (0 rows) · empty: Notizen',
  )
})

test('rows without any value are counted and named', () => {
  expect(readAs({ format_words: 'CSV', blank_rows: '2', blank_row_numbers: '41, 62' })).toBe(
    'CSV · 2 rows without any value left out (41, 62)',
  )
})
