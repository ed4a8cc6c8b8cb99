import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { fieldLabel, isChecked, leaveOutOthers, misfits, obstacles, preselected } from './mapping-choice'

const column = (name: string, field: string, confidence: number, unfit: string[] = []) => ({
  column: name,
  field,
  confidence,
  is_confident: confidence >= 0.9,
  samples: [],
  unfit_fields: unfit,
  reason: '',
})

const MAPPING: Schemas['Mapping'] = {
  dataset: 'sales',
  source: 'sales',
  columns: [
    column('Datum', 'day', 0.46, ['amount']),
    column('amount', 'amount', 1),
    column('x', 'note', 0.25),
  ],
  missing: [],
  fields: [
    { name: 'day', type: 'date', required: true, may_be_empty: false },
    { name: 'amount', type: 'decimal(10,2)', required: true, may_be_empty: false },
    { name: 'note', type: 'string', required: false, may_be_empty: true },
  ],
}

test('only a suggestion that the gate would accept by itself is preselected', () => {
  expect(preselected(MAPPING)).toEqual({ amount: 'amount' })
})

test('a required field and a column that have no partner are named', () => {
  expect(obstacles(MAPPING, { amount: 'amount' })).toEqual([
    'Required fields without a column: day.',
    'Columns without a field: Datum, x. Choose a field for each, or leave it out.',
  ])
  expect(obstacles(MAPPING, { Datum: 'day', amount: 'amount', x: 'note' })).toEqual([])
})

test('a column that is left out needs no field, and a required field still needs a column', () => {
  expect(obstacles(MAPPING, { Datum: 'day', amount: 'amount', x: null })).toEqual([])
  expect(obstacles(MAPPING, { Datum: null, amount: 'amount', x: null })).toEqual([
    'Required fields without a column: day.',
  ])
  const optional = { ...MAPPING, fields: [] }
  expect(obstacles(optional, { Datum: null, amount: null, x: null })).toEqual([
    'Every column is left out. Choose a field for at least one.',
  ])
})

test('the columns that are not decided are left out at once', () => {
  expect(leaveOutOthers(MAPPING, { Datum: 'day', x: null })).toEqual({ Datum: 'day', amount: null, x: null })
})

test('a column whose samples do not fit the chosen field is named', () => {
  expect(misfits(MAPPING, { Datum: 'amount' })).toEqual(['Datum'])
  expect(misfits(MAPPING, { Datum: 'day' })).toEqual([])
})

test('a column with the name of its field needs no confirmation, even if most of its values are bad', () => {
  const columns = [column('amount', 'amount', 1, ['amount']), column('ref', 'day', 0.4, ['amount'])]
  expect(misfits({ ...MAPPING, columns }, { amount: 'amount' })).toEqual([])
  expect(misfits({ ...MAPPING, columns }, { ref: 'amount' })).toEqual(['ref'])
})

test('only fields that need a value are called required', () => {
  expect(MAPPING.fields.map(fieldLabel)).toEqual(['day (required)', 'amount (required)', 'note'])
  const masked = { name: 'notes', type: 'string', required: true, may_be_empty: true }
  expect(fieldLabel(masked)).toBe('notes (column required, may be empty)')
})

test('a check counts for the choice that it ran by, and for no other', () => {
  const mapped = { Datum: 'day', x: null }
  expect(isChecked(mapped, { x: null, Datum: 'day' })).toBe(true)
  expect(isChecked(mapped, { Datum: 'day', x: 'note' })).toBe(false)
  expect(isChecked(mapped, { Datum: 'day' })).toBe(false)
  expect(isChecked(null, {})).toBe(false)
})
