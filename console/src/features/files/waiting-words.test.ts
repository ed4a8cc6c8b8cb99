import { expect, test } from 'vitest'

import { outcomeWords, sameKeyOf, waitingWords } from './waiting-words'

type Row = Parameters<typeof waitingWords>[1][number]
const row = (source_row: number, correction: Row['correction']): Row => ({
  source_row,
  disposition: 'refused',
  correction,
})
const FILE = { quarantined: 2, duplicates: 0, corrected: 0, ignored: 0 }

test('a row waits until its correction is accepted', () => {
  expect(waitingWords(FILE, [row(1, null), row(2, 'refused')])).toBe('2 rows wait for a correction')
  expect(waitingWords(FILE, [row(1, 'accepted'), row(2, 'sent')])).toBe('2 refused: 1 corrected, 1 waits')
  expect(waitingWords(FILE, [row(1, 'accepted'), row(2, 'accepted')])).toBe('2 refused: 2 corrected')
})

test('rows that are not read count by the corrections of the whole file', () => {
  const file = { quarantined: 300, duplicates: 1, corrected: 2, ignored: 0 }
  expect(waitingWords(file, [row(1, 'accepted'), row(1, 'accepted'), row(2, null)])).toBe(
    '300 refused: 2 corrected, 298 wait, 1 row is a duplicate in the file',
  )
  expect(waitingWords({ ...file, corrected: 0 }, [])).toBe(
    '300 rows wait for a correction, 1 row is a duplicate in the file',
  )
})

test('ignored rows wait no more', () => {
  expect(waitingWords({ ...FILE, ignored: 1 }, [])).toBe('2 refused: 1 waits, 1 ignored')
})

test('what became of refused rows adds up to them, wherever it is said', () => {
  const file = { quarantined: 51, corrected: 44, ignored: 6 }
  expect(outcomeWords(file)).toBe('51 refused: 44 corrected, 1 waits, 6 ignored')
  expect(outcomeWords({ ...file, corrected: 45 })).toBe('51 refused: 45 corrected, 6 ignored')
  expect(outcomeWords({ ...file, corrected: 0, ignored: 0 })).toBe('51 refused')
  expect(outcomeWords({ ...file, closed_by: 'f2' })).toBe('51 refused: 44 corrected, 6 ignored')
})

test('a row with the key of another row is no duplicate', () => {
  const file = {
    ...FILE,
    quarantined: 3,
    duplicates: 2,
    reasons: { duplicate_key: 1, duplicate_row: 1, type: 3 },
  }
  expect(waitingWords(file, [])).toBe(
    '3 rows wait for a correction, 1 row has the key of another row, 1 row is a duplicate in the file',
  )
  expect(sameKeyOf({ same_key: 2 })).toBe(2)
})

test('a row that was taken instead of another one lost to none', () => {
  const file = { ...FILE, corrected: 2, duplicates: 2, reasons: { duplicate_key: 1, duplicate_row: 1 } }
  const words = '2 refused: 2 corrected, 1 taken instead of another row, 1 row is a duplicate in the file'
  expect(waitingWords({ ...file, taken_instead: 1 }, [])).toBe(words)
  expect(
    waitingWords(file, [{ ...row(7, 'accepted'), disposition: 'duplicate', is_taken_instead: true }]),
  ).toBe(words)
})
