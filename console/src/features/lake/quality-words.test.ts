import { expect, test } from 'vitest'

import { qualityWords } from './quality-words'

test('a file that differs is named by its dataset and its column, with the way to it', () => {
  const key = 'orders/dt=2010-12-09/run=online-retail-ii/part-00005.parquet'
  const message = `2 of the newest 32 profiled files differ from earlier files. The newest is ${key} (customer_id: 26.9% are missing, where 21.0% were before).`
  expect(qualityWords(message)).toEqual({
    text: 'Orders, file part-00005.parquet: Customer id: 26.9 % are missing, where 21.0 % were before. 2 of the newest 32 files differ from the files before.',
    href: `#/files?key=${encodeURIComponent(key)}`,
  })
})

test('another message stays as it is', () => {
  expect(qualityWords('No file was profiled.')).toEqual({ text: 'No file was profiled.', href: '#/lake' })
})

test('one file that differs is a file, not files', () => {
  const message =
    '1 of the newest 32 profiled files differs from earlier files. The newest is orders/a.csv (status: 9% are missing, where 2% were before).'
  expect(qualityWords(message).text).toBe(
    'Orders, file a.csv: Status: 9 % are missing, where 2 % were before. 1 of the newest 32 files differs from the files before.',
  )
})

test('a file with another number of rows is about no column, and a note in brackets stays whole', () => {
  const message =
    '1 of the newest 4 profiled files differs from earlier files. The newest is payments/today.csv (file: 4 rows, while the last 3 files had 474 (median)); `headgate files show payments/today.csv` says why.'
  expect(qualityWords(message).text).toBe(
    'Payments, file today.csv: 4 rows, while the last 3 files had 474 (median). 1 of the newest 4 files differs from the files before.',
  )
})

test('a name with brackets and blanks is whole, and no command and no index is shown', () => {
  const key = 'payments/march 11 (copy).csv'
  const message = `1 of the newest 35 profiled files differs from earlier files. The newest is ${key} (category: its values are spread differently: population stability index 10.81); \`headgate files show '${key}'\` says why.`
  expect(qualityWords(message)).toEqual({
    text: 'Payments, file march 11 (copy).csv: Category: its values are spread very differently from before. 1 of the newest 35 files differs from the files before.',
    href: `#/files?key=${encodeURIComponent(key)}`,
  })
})

test('a name with an apostrophe, which a shell writes in two parts, is whole too', () => {
  const message =
    "1 of the newest 4 profiled files differs from earlier files. The newest is payments/o'hara (2).csv (file: 4 rows, while the last 3 files had 474 (median)); `headgate files show 'payments/o'\"'\"'hara (2).csv'` says why."
  expect(qualityWords(message).href).toBe(`#/files?key=${encodeURIComponent("payments/o'hara (2).csv")}`)
})
