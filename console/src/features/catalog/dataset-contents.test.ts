import { expect, test } from 'vitest'

import { pendingWords } from './dataset-contents'

test('accepted rows that wait for a run are counted by what the run does with them', () => {
  const rows = { pending_rows: 417, pending_replaced_rows: 3, pending_unchanged_rows: 413 }
  expect(pendingWords(rows)).toBe(
    'Not merged yet: 417 accepted rows of newer files, 1 new, 3 that replace rows, 413 that change nothing. The next run merges them.',
  )
  expect(pendingWords({ pending_rows: 1, pending_replaced_rows: 1, pending_unchanged_rows: 0 })).toBe(
    'Not merged yet: 1 accepted row of newer files, 1 that replaces a row. The next run merges them.',
  )
})

test('rows that were not compared with the lake are not added to those that are there', () => {
  expect(pendingWords({ pending_rows: 417, pending_replaced_rows: null, pending_unchanged_rows: null })).toBe(
    'Not merged yet: 417 accepted rows of newer files. The next run adds those with a new key and replaces rows that have the same key.',
  )
})
