import { expect, test } from 'vitest'

import { NO_EDITS, type Step, withChanged, withoutStep } from './edits'
import { afterSteps, chipWords, filledWith, mapOf, meantBy, usualSpelling, valuesBefore } from './steps'

const step = (changed: Partial<Step>): Step => ({
  kind: 'map',
  column: 'name',
  text: '',
  search: '',
  values: {},
  into: [],
  ...changed,
})
const MAP = step({ values: { Kreditkarte: 'card' } })
const REPLACE = step({ kind: 'replace', search: 'Z-' })
const SPLIT = step({ kind: 'split', text: ' ', into: ['1', '2'] })

test('a row is shown as the gate reads it: each step changes the result of those before it', () => {
  const second = step({ values: { card: 'voucher' } })
  expect(afterSteps([MAP, second], { name: ' Kreditkarte' })).toEqual({
    name: 'voucher',
  })
  expect(afterSteps([REPLACE], { name: 'Z-1-Z-2' })).toEqual({ name: '1-2' })
  expect(afterSteps([SPLIT], { name: 'Ada King Lovelace' })).toMatchObject({
    '1': 'Ada',
    '2': 'King Lovelace',
  })
  expect(afterSteps([step({ kind: 'default', text: 'x' })], { name: ' ' })).toEqual({ name: 'x' })
  expect(afterSteps([MAP], { name: 'constructor' })).toEqual({
    name: 'constructor',
  })
  expect(afterSteps([MAP, REPLACE], { name: null })).toEqual({ name: null })
})

test('a map finds the values as the steps before it leave them, with their rows', () => {
  const edits = { ...NO_EDITS, steps: [REPLACE, MAP] }
  expect(mapOf(edits, 'name')).toBe(MAP)
  expect(valuesBefore(edits, 'name', { 'Z-card': 2, card: 3 }, MAP)).toEqual([['card', 5]])
})

test('a value means the listed one that differs in case, accents and signs between letters only', () => {
  expect(meantBy('Bank-Transfer', ['card', 'bank_transfer'])).toBe('bank_transfer')
  expect(meantBy('15 l', ['1,5 l', 'A+', 'C'])).toBe('')
  expect(meantBy('A', ['A+'])).toBe('')
  expect(meantBy('Lastschrift', ['card', 'bank_transfer'])).toBe('')
})

test('spellings of one text differ in case, accents and outer blanks, and never in signs or digits', () => {
  const proposed = (...texts: string[]): string[] =>
    texts.map((text) =>
      usualSpelling(
        text,
        texts.map((each, place) => [each, 9 - place]),
      ),
    )
  expect(proposed('1350', '13,50')).toEqual(['', ''])
  expect(proposed('5', '-5')).toEqual(['', ''])
  expect(proposed('15 l', '1,5 l')).toEqual(['', ''])
  expect(proposed('Café', 'cafe', 'CAFÉ ')).toEqual(['', 'Café', 'Café'])
})

test('a map is changed in its place, and a step that is removed takes the columns that it made along', () => {
  const edits = {
    ...NO_EDITS,
    steps: [MAP, SPLIT],
    columns: { name: null, '1': 'first' },
  }
  const other = step({ values: { Kreditkarte: 'card', PayPal: 'paypal' } })
  expect(withChanged(edits, MAP, other).steps).toEqual([other, SPLIT])
  expect(withChanged(edits, MAP, undefined).steps).toEqual([SPLIT])
  expect(withoutStep(edits, SPLIT, ['name'])).toMatchObject({
    steps: [MAP],
    columns: { name: null },
  })
})

test('a step is named above its column', () => {
  expect([MAP, REPLACE, SPLIT].map(chipWords)).toEqual([
    'Kreditkarte = card',
    '“Z-” → nothing',
    'split at “ ”',
  ])
})

test('an umlaut that was typed as two letters is meant', () => {
  expect(meantBy('Kueche', ['Deko', 'Küche'])).toBe('Küche')
  expect(meantBy('Grosse', ['Große'])).toBe('Große')
  expect(meantBy('Kiste', ['Küche'])).toBe('')
})

test('the text that fills empty cells is the newest one, and an emptied value says so', () => {
  const fill = (text: string) => step({ kind: 'default', text })
  expect(filledWith({ ...NO_EDITS, steps: [fill('a'), fill('b')] }, 'name')).toBe('b')
  expect(filledWith(NO_EDITS, 'name')).toBe('')
  expect(chipWords(step({ values: { 'auf Anfrage': '' } }))).toBe('auf Anfrage = empty')
})
