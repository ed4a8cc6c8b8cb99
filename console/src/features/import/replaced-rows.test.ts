import { expect, test } from 'vitest'

import { differenceWords, exampleLines, notSentWords, replacedLines, replacedWords } from './replaced-rows'

const EXAMPLE = {
  row: 1,
  key: { payment_id: '20004' },
  changes: { amount: ['27.93', '3.39'], notes: ['', 'x'] },
}

test('the rows of the lake that a commit replaces are counted, and the first ones named with their changes', () => {
  const replaces = { replaced: 58, older: 1, equal: 33, not_compared: 2, emptied: {}, examples: [EXAMPLE] }
  expect(
    replacedLines({ replaces, mapping: null } as unknown as Parameters<typeof replacedLines>[0]),
  ).toEqual([
    '58 rows replace rows that the lake has. payment id 20004: amount 27.93 → 3.39, notes empty → x …',
    '33 rows are in the lake already with the same values.',
    '1 row is older than the row of the lake with the same key and changes nothing.',
    '2 rows were not compared with the lake, because the check could not read all of its rows; they may replace rows, too.',
  ])
})

test('three rows are named in the line, and all are listed with what changes', () => {
  const examples = [1, 2, 3, 4].map((row) => ({ ...EXAMPLE, row }))
  const replaces = { replaced: 4, older: 0, equal: 0, not_compared: 0, emptied: {}, files: [], examples }
  const result = { replaces, mapping: null } as unknown as Parameters<typeof replacedLines>[0]
  expect(replacedLines(result)[0]?.split('; ')).toHaveLength(3)
  expect(replacedLines(result)[0]).toMatch(/…$/)
  expect(exampleLines(result)).toHaveLength(4)
})

test('a newer copy of a file says how its rows differ from the lake', () => {
  const replaces = { replaced: 1, older: 0, not_compared: 0, emptied: {}, equal: 57, files: [], examples: [] }
  expect(differenceWords({ replaces, accepted: 59 })).toBe(
    'Of these 59 rows 1 is new, 1 replaces a row, 57 are in the lake already.',
  )
  expect(differenceWords({ replaces: { ...replaces, not_compared: 1 }, accepted: 59 })).toBe('')
  expect(differenceWords({ replaces: null, accepted: 59 })).toBe('')
  expect(differenceWords({ replaces: { ...replaces, replaced: 0, equal: 0 }, accepted: 59 })).toBe('')
})

test('nothing is said where nothing is replaced, or no check counted it', () => {
  const replaces = { replaced: 0, older: 0, not_compared: 0, emptied: {}, equal: 0, files: [], examples: [] }
  expect(replacedLines({ replaces, mapping: null })).toEqual([])
  expect(replacedLines({ replaces: null, mapping: null })).toEqual([])
  expect(replacedWords(null)).toBe('')
  expect(replacedWords(1)).toBe('1 of them replaces a row of the lake')
})

test('rows of the version before that are not in the file are said to stay', () => {
  expect(notSentWords({ rows: 20 })).toBe(
    '20 rows of the version before are not in this file; they stay in the table.',
  )
  expect(notSentWords({ rows: 1 })).toBe(
    '1 row of the version before is not in this file; it stays in the table.',
  )
  expect(notSentWords(null)).toBe('')
})
