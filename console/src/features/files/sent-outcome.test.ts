import { expect, test } from 'vitest'

import { sentOutcomeWords } from './sent-outcome'

const SENT = { file_id: 'f9', key: '', rows: 4 }
const DONE = { state: 'done', accepted: 3, quarantined: 1, duplicates: 0, error: null } as const
const refused = (corrected_by: string, correction_reason: string) =>
  ({ corrected_by, correction: 'refused', correction_reason }) as const

test('sent rows are counted by what became of them, with the reasons of the refused ones', () => {
  const first = refused('f9', 'Price is below 0.')
  const rows = [first, refused('f8', 'Day is missing.')]
  expect(sentOutcomeWords(SENT, DONE, rows)).toBe('3 rows are in, 1 was refused: Price is below 0.')
  expect(sentOutcomeWords(SENT, { ...DONE, accepted: 4, quarantined: 0 }, [])).toBe('4 rows are in.')
  expect(sentOutcomeWords({ ...SENT, rows: 1 }, { ...DONE, accepted: 0 }, [first])).toBe(
    '1 row was refused: Price is below 0.',
  )
})

test('rows that are not checked yet and corrections that were undone are said to be so', () => {
  expect(sentOutcomeWords(SENT, undefined, [])).toBe('4 rows are sent. The gate checks them.')
  expect(sentOutcomeWords(SENT, { ...DONE, state: 'processing' }, [])).toMatch(/^4 rows are sent/)
  expect(sentOutcomeWords(SENT, { ...DONE, state: 'reverted' }, [])).toBe('The corrections were undone.')
})
