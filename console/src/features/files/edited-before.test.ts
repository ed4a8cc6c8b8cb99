import { expect, test } from 'vitest'

import { changeWords, typedWords } from './edited-before'

const CHANGE = { kind: 'map' as const, column: 'Art', into: [], text: '', search: '', values: [] }

test('a change of a column says what it changes into what', () => {
  const values = [
    { before: 'Kreditkarte', after: 'credit_card' },
    { before: 'offen', after: '' },
  ]
  expect(changeWords({ ...CHANGE, values })).toBe('Art: Kreditkarte → credit_card, offen → empty')
  expect(changeWords({ ...CHANGE, kind: 'replace', search: 'Z-' })).toBe('Art: “Z-” → nothing')
  expect(changeWords({ ...CHANGE, kind: 'split', into: ['A', 'B'] })).toBe('Art split into A and B')
  expect(changeWords({ ...CHANGE, kind: 'join', into: ['A', 'B'] })).toBe('Art joined from A and B')
})

test('values that are not shown are not made up', () => {
  expect(changeWords(CHANGE)).toBe('Art: values mapped')
  expect(changeWords({ ...CHANGE, kind: 'replace' })).toBe('Art: a text replaced')
})

test('of many values the first ones are named', () => {
  const values = Array.from({ length: 8 }, (_, at) => ({ before: `a${at}`, after: 'b' }))
  expect(changeWords({ ...CHANGE, values })).toMatch(/a5 → b and 2 more values$/)
})

test('a typed cell says its row, column and both texts', () => {
  const cell = { row: 1064, column: 'Preis', before: null, after: '13,50', is_hidden: false }
  expect(typedWords(cell)).toBe('Row 1,064, Preis: empty → 13,50')
  expect(typedWords({ ...cell, after: null, is_hidden: true })).toBe(
    'Row 1,064, Preis (its values are not shown)',
  )
})
