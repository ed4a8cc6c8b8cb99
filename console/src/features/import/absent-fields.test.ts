import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { absentFields } from './absent-fields'
import { NO_EDITS } from './edits'

const field = (name: string, required = false) => ({ name, title: name, type: 'string', required })
const RESULT = {
  mapping: { dataset: 'tickets', columns: [], fields: [field('id', true), field('cashier'), field('note')] },
  proposed_steps: [],
  grid: { columns: ['Nr', 'Bemerkung'] },
} as unknown as Schemas['DryRun']
const EDITS = { ...NO_EDITS, dataset: 'tickets', columns: { Nr: 'id' } }
const inLake = (shares: Record<string, string>) =>
  ({
    columns: Object.entries(shares).map(([name, missing_share]) => ({ name, facts: { missing_share } })),
  }) as unknown as Schemas['DatasetProfile']

test('a field that most rows in the lake have and no column is, is named before the commit', () => {
  expect(absentFields(RESULT, EDITS, inLake({ cashier: '0', note: '0.97' }))).toEqual(['cashier'])
  expect(absentFields(RESULT, EDITS, undefined)).toEqual(['cashier', 'note'])
  const chosen = { ...EDITS, columns: { Nr: 'id', Bemerkung: 'cashier' } }
  expect(absentFields(RESULT, chosen, inLake({ cashier: '0', note: '0.97' }))).toEqual([])
})

test('a field of an earlier file is named at once, also one that few rows have', () => {
  const later = { ...RESULT, in_earlier_files: ['note'] }
  expect(absentFields(later, EDITS, undefined, true)).toEqual(['note'])
  expect(absentFields(later, EDITS, undefined)).toEqual(['note'])
  expect(absentFields(later, EDITS, inLake({ cashier: '0', note: '0.97' }))).toEqual(['cashier', 'note'])
  expect(absentFields(RESULT, EDITS, undefined, true)).toEqual([])
})

test('a field that is named with the rows of the lake that lose it is not named twice', () => {
  const replaces = { replaced: 2, emptied: { cashier: 2 } }
  const partial = { ...RESULT, replaces } as unknown as Schemas['DryRun']
  expect(absentFields(partial, EDITS, undefined)).toEqual(['note'])
})

test('nothing is named before a column is chosen, and of a file without a dataset', () => {
  expect(absentFields(RESULT, { ...EDITS, columns: {} }, undefined)).toEqual([])
  expect(absentFields(RESULT, NO_EDITS, undefined)).toEqual([])
})

test('a field that the gate fills from the names of the sheets is not empty', () => {
  const columns = [
    { name: 'cashier', type: 'string', facts: { missing_share: '0.0' } },
    { name: 'note', type: 'string', facts: { missing_share: '1' } },
  ]
  const ofSheets = { ...RESULT, columns, in_earlier_files: ['cashier', 'note'] }
  expect(absentFields(ofSheets, EDITS, undefined)).toEqual(['note'])
})
