import { expect, test } from 'vitest'

import { quarantineWords } from '../lake/lake-words'
import { cameInWords, waitWords } from './came-in-words'

const line = (rows: number, rule = 'required') => ({ dataset: 'orders', rows, rule })

test('the files of a day say what is in the lake', () => {
  const file = { accepted: 1190, quarantined: 10, duplicates: 1 }
  expect(cameInWords([file, file], false)).toBe('2 files in 24 hours: 2,380 rows accepted, 2 duplicates.')
  expect(cameInWords([file], true)).toBe('More than 1 file in 24 hours: 1,190 rows accepted, 1 duplicate.')
  expect(cameInWords([{ ...file, duplicates: 2, same_key: 1 }], false)).toBe(
    '1 file in 24 hours: 1,190 rows accepted, 1 duplicate, 1 with the key of another row.',
  )
  expect(cameInWords([], false)).toBe('No file came in the last 24 hours.')
})

test('the rows that wait are those that the page Lake counts: open ones, without duplicates', () => {
  const lines = [line(1500), line(9, 'type'), line(4, 'duplicate_row')]
  expect(waitWords(lines)).toBe('Of all files, 1,509 rows wait for a correction.')
  expect(quarantineWords(lines)).toBe('1,509 refused rows wait in 1 dataset, besides duplicates')
  expect(waitWords([line(1)])).toBe('Of all files, 1 row waits for a correction.')
  expect(waitWords([line(4, 'duplicate_key')])).toBe('')
})
