import { expect, test } from 'vitest'

import { fits, formatChoices, formatWords, plainExample } from './formats'
import { flawReason, flawWords, isConflict, isMostlyDuplicates, outcome, ruleWords } from './outcome-words'

test('the button says what a commit does', () => {
  expect(outcome({ accepted: 57, quarantined: 3, duplicates: 2 })).toBe('57 in, 3 wait, 2 duplicates')
  expect(outcome({ accepted: 1200, quarantined: 1, duplicates: 1 })).toBe('1,200 in, 1 waits, 1 duplicate')
  expect(outcome({ accepted: 3, quarantined: 0, duplicates: 0 })).toBe('3 in')
  const replaces = { replaced: 50, older: 0, not_compared: 0, emptied: {}, equal: 0, examples: [], files: [] }
  expect(outcome({ accepted: 57, quarantined: 3, duplicates: 0, replaces })).toBe(
    '57 in (50 replace rows), 3 wait',
  )
  const copy = { ...replaces, replaced: 4, equal: 33 }
  expect(outcome({ accepted: 37, quarantined: 0, duplicates: 0, replaces: copy })).toBe(
    '37 in (4 replace rows, 33 as before)',
  )
})

test('a file whose rows the lake has, such as an export that nobody edited, is said to change nothing', () => {
  const replaces = { replaced: 0, older: 0, not_compared: 0, emptied: {}, equal: 37, examples: [], files: [] }
  const counts = { accepted: 37, quarantined: 0, duplicates: 0 }
  expect(outcome({ ...counts, replaces })).toBe('nothing changes, 37 rows as before')
  expect(outcome({ ...counts, replaces: { ...replaces, equal: 30, older: 7 } })).toBe(
    'nothing changes, 37 rows older or as before',
  )
  expect(outcome({ ...counts, replaces: { ...replaces, equal: 36 } })).toBe('37 in (36 as before)')
})

test('a row with the key of another row and other values is counted apart from duplicates', () => {
  const reasons = [
    { rule: 'duplicate_key', rows: 1 },
    { rule: 'duplicate_row', rows: 1 },
  ]
  expect(outcome({ accepted: 416, quarantined: 3, duplicates: 2, reasons })).toBe(
    '416 in, 3 wait, 1 with the key of another row, 1 duplicate',
  )
  const flaw = {
    column: '',
    rule: 'duplicate_key',
    reason: 'Row 7 has the same key, is as new and was kept.',
  }
  expect(isConflict(flaw)).toBe(true)
  const newer = 'Row 7 has the same key and was kept, because it is newer.'
  expect([isConflict({ ...flaw, reason: newer }), isConflict({ ...flaw, rule: 'duplicate_row' })]).toEqual([
    false,
    false,
  ])
})

test.each([
  ['List price is not a number with at most 8 digits before the decimal sign.', 'not a number'],
  [
    'Stand is not a date with a time of day. Write it as 2026-12-31 18:30:00.',
    'not a date with a time of day; write it as 2026-12-31 18:30:00',
  ],
  ['Lieferbar is neither yes nor no. Write ja or nein.', 'neither yes nor no; write ja or nein'],
  ['', 'does not have the type of its column'],
])('the reason of a cell is in words: %s', (reason, words) => {
  expect(flawWords({ column: 'a', rule: 'type', reason })).toBe(words)
})

test('a word among numbers is not advised to be written as a number', () => {
  const flaw = { column: 'p', rule: 'type', reason: 'List price is not a number. Write it as 1234.5.' }
  expect(flawWords(flaw, 'auf Anfrage')).toBe('not a number')
  expect(flawWords(flaw, '12,5x')).toBe('not a number; write it as 1234.5')
  expect(flawReason(flaw, 'auf Anfrage')).toMatch(
    /^List price has a word, which is no number\. Write the number/,
  )
  expect(flawReason(flaw, '12,5x')).toBe(flaw.reason)
})

test('a cell has the fault with its bound, and not the name of its column', () => {
  const reason = 'Amount is less than 0.5. Write a value of at least 0.5.'
  expect(flawWords({ column: 'a', rule: 'minimum', reason })).toBe('is less than 0.5')
})

test('the sentences of the gate say why a cell is red and what to do', () => {
  const flaw = { column: 'a', rule: 'minimum', reason: 'Amount is less than 0. Write a value of at least 0.' }
  expect(flawReason(flaw)).toBe(flaw.reason)
  expect(flawReason({ ...flaw, reason: '' })).toBe('is below the lowest value allowed')
})

test('a rule without words of the import has those of its kind', () => {
  expect(ruleWords('pattern')).toBe('does not have the required form')
  expect(ruleWords('minimum')).toBe('is below the lowest value allowed')
  expect(ruleWords('own_rule')).toBe('breaks the rule own rule')
})

test('a format is in words', () => {
  expect(formatWords({ decimal: ',' })).toBe('decimal comma')
  expect(formatWords({ patterns: ['dd.MM.yyyy'] })).toBe('dd.MM.yyyy')
  expect(formatWords({ trueWords: ['ja'], falseWords: ['nein'] })).toBe('ja/nein')
  expect(formatWords(undefined)).toBe('')
})

test('a format is offered to fields of its kind', () => {
  expect(fits('decimal', 'decimal(12,4)')).toBe(true)
  expect(fits('date', 'timestamp')).toBe(true)
  expect(fits('boolean', 'string')).toBe(false)
})

test('a day is a choice for timestamps, which have none without it', () => {
  const midnight = { label: 'a day means midnight (UTC): 2026-12-31', format: { patterns: ['yyyy-MM-dd'] } }
  expect(formatChoices('timestamp')).toContainEqual(midnight)
  expect(formatChoices('date')).not.toContainEqual(midnight)
  expect([plainExample('timestamp'), plainExample('date')]).toEqual(['2026-12-31 18:30', '2026-12-31'])
})

test('a file of which most rows are duplicates is doubtful', () => {
  expect(isMostlyDuplicates({ accepted: 1, quarantined: 3, duplicates: 58 })).toBe(true)
  expect(isMostlyDuplicates({ accepted: 57, quarantined: 3, duplicates: 2 })).toBe(false)
  expect(isMostlyDuplicates({ accepted: 0, quarantined: 10, duplicates: 10 })).toBe(false)
})

test('a duplicate names the row that is kept, and what differs in a column that is left out', () => {
  const flaw = { column: '', rule: 'duplicate_row' }
  const same = 'Row 7 has the same values and was kept. Nothing has to be done.'
  expect(flawWords({ ...flaw, reason: same })).toBe('same values as row 7, which is kept')
  const other = `${same} It differs in Währung, which is left out: USD here, EUR in row 7.`
  expect(flawWords({ ...flaw, reason: other })).toBe(
    'same values as row 7, which is kept; differs in Währung',
  )
})

test('a duplicate of a key says the value that differs, and of data about people the field', () => {
  const flaw = { column: '', rule: 'duplicate_key' }
  const correct = 'Neither is newer: … Correct the key if both rows are meant to be in the lake.'
  const begin = 'Row 83 has the same key, is as new and was kept'
  const left = 'It differs in EAN, which is left out: 1 here, 2 in row 83.'
  const its = `${begin}; its List price is 9,99 instead of 1.122,91, its Name is A. B instead of C. ${correct} ${left}`
  expect(flawWords({ ...flaw, reason: its })).toBe(
    'same key as row 83, which is kept; List price 1.122,91, kept 9,99',
  )
  expect(flawWords({ ...flaw, reason: `${begin}; they differ in Price, Buyer. ${correct} ${left}` })).toBe(
    'same key as row 83, which is kept; differs in Price, Buyer',
  )
})

test('a row of another width has the counts of the file that was sent', () => {
  const reason = 'The row has 7 cells, the header has 8.'
  expect(flawWords({ column: '', rule: 'ragged_row', reason })).toBe('7 cells, the header has 8')
})
