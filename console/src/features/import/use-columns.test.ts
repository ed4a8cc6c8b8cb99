import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { newIn, widthOf } from './use-columns'

const about = { flawed: 0, format: '', steps: [], longest: 0 }

test('names get the room that a long format does not need', () => {
  const price = widthOf('UVP in €', { ...about, format: 'decimal comma · “.” between thousands' })
  const named = widthOf('Bezeichnung', { ...about, longest: 34 })
  expect(price).toBeLessThanOrEqual(190)
  expect(named).toBeGreaterThanOrEqual(34 * 7)
})

test('a reason stands beside its value without being cut', () => {
  expect(widthOf('Stand', { ...about, flawed: 1 })).toBeGreaterThanOrEqual(240)
})

test('a long sentence below the heading takes no room from the other columns of errors', () => {
  const format = 'decimal comma · “.” between thousands'
  expect(widthOf('UVP in €', { ...about, flawed: 6, format })).toBeLessThanOrEqual(260)
})

test('a column with a list of values has as new those that the list does not have, after its steps, without errors', () => {
  const result = {
    grid: {
      values: { Status: { oplacona: 30, anulowana: 22, 'po terminie': 5, x: 1, '': 3 } },
      refused_values: { Status: { x: 1 } },
    },
    mapping: { fields: [{ name: 'status', type: 'string', allowed: ['oplacona', 'overdue'] }] },
  } as unknown as Pick<Schemas['DryRun'], 'grid' | 'mapping'>
  const map = {
    kind: 'map' as const,
    column: 'Status',
    values: { 'po terminie': 'overdue' },
    into: [],
    search: '',
    text: '',
  }
  const edits = { ...NO_EDITS, columns: { Status: 'status' }, steps: [map] }
  expect(newIn('Status', result, edits, undefined)).toEqual({ values: ['anulowana'], rows: 22 })
})
