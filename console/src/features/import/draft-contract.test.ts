import { expect, test } from 'vitest'

import { rowsLeft } from './draft-contract'

const title = (column: string) => (column === 'sent' ? 'Sent' : column)
const counted = (
  accepted: number,
  duplicates = 0,
  causes: { column: string; rule: string; rows: number }[] = [],
) => ({
  received: 61,
  accepted,
  duplicates,
  causes,
})

test('rows that do not enter are explained with the column at fault, and nothing is said where all do', () => {
  const causes = [{ column: 'sent', rule: 'type', rows: 1 }]
  expect(rowsLeft(counted(59, 1, causes), {}, title)).toBe(
    'Of 61 rows in the file 1 repeats another and 1 does not fit and waits for a person (Sent is not what the column holds in 1 row).',
  )
  expect(rowsLeft(counted(58, 3), {}, title)).toBe('Of 61 rows in the file 3 repeat another.')
  expect(rowsLeft(counted(61), {}, title)).toBe('')
})

test('rows that do not enter are explained with the reason', () => {
  const causes = [
    { column: 'sent', rule: 'required', rows: 1 },
    { column: 'sent', rule: 'type', rows: 1 },
  ]
  expect(rowsLeft(counted(60, 0, causes), {}, title)).toBe(
    'Of 61 rows in the file 1 does not fit and waits for a person (Sent is missing in 1 row).',
  )
})

test('rows that are no data are among those of the file, and wait for nobody', () => {
  expect(rowsLeft(counted(61), { totals: [14, 30] }, title, 1)).toBe(
    'Of 64 rows in the file 2 are lines of totals (rows 14, 30) and stay out and 1 has no value and stays out.',
  )
  expect(rowsLeft(counted(61), { footer_rows: [62] }, title)).toBe(
    'Of 62 rows in the file 1 is a note below the rows (row 62) and stays out.',
  )
})
