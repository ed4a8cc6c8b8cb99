import { expect, test } from 'vitest'

import { waitingWords } from './waiting-words'

type Row = Parameters<typeof waitingWords>[1][number]
const row = (source_row: number, correction: Row['correction']): Row => ({
  source_row,
  disposition: 'refused',
  correction,
})
const FILE = { quarantined: 2, duplicates: 0 }

test('a row waits until its correction is accepted', () => {
  expect(waitingWords(FILE, [row(1, null), row(2, 'refused')], true)).toBe('2 rows wait for a correction')
  expect(waitingWords(FILE, [row(1, 'accepted'), row(2, 'sent')], true)).toBe(
    '1 row waits for a correction, 1 row is corrected',
  )
  expect(waitingWords(FILE, [row(1, 'accepted'), row(2, 'accepted')], true)).toBe('2 rows are corrected')
})

test('while rows are not read, their corrections may be accepted', () => {
  const file = { quarantined: 300, duplicates: 1 }
  expect(waitingWords(file, [row(1, 'accepted'), row(1, 'accepted'), row(2, null)], false)).toBe(
    'At most 299 rows wait for a correction, 1 row is corrected, 1 row is a duplicate in the file',
  )
  expect(waitingWords(file, [], false)).toBe(
    'At most 300 rows wait for a correction, 1 row is a duplicate in the file',
  )
})
