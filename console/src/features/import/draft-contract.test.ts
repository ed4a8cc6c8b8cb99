import { expect, test } from 'vitest'

import { rowsLeft } from './draft-contract'

test('rows that do not enter are explained, and nothing is said where all do', () => {
  expect(rowsLeft({ received: 61, rows: 59, duplicates: 1 })).toBe(
    'Of 61 rows in the file 1 repeats another and 1 does not fit. ',
  )
  expect(rowsLeft({ received: 61, rows: 58, duplicates: 3 })).toBe(
    'Of 61 rows in the file 3 repeat another. ',
  )
  expect(rowsLeft({ received: 61, rows: 61, duplicates: 0 })).toBe('')
  expect(rowsLeft({ received: 0, rows: 61, duplicates: 0 })).toBe('')
})
