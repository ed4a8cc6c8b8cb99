import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { causesOf, shownRows } from './shown-rows'

const CAUSE = { column: 'Preis', rule: 'type', rows: 2 }
const RESULT = {
  grid: { columns: ['Preis', 'Menge'], flawed_cells: { Preis: 2 }, to_come: {}, causes: [CAUSE] },
  quarantined: 2,
  duplicates: 0,
  reasons: [{ rule: 'type', rows: 2 }],
  edits: { left_out: [7] },
} as unknown as Schemas['DryRun']

test('rows of a filter are shown while the check has some', () => {
  for (const chosen of ['errors', 'type', 'column_1', 'column_1-type', 'left_out'])
    expect(shownRows(chosen, RESULT)).toBe(chosen)
})

test('all rows are shown once the last row of a filter is corrected', () => {
  const corrected = { ...RESULT, quarantined: 0, reasons: [], edits: null }
  for (const chosen of ['errors', 'type', 'left_out', 'duplicates'])
    expect(shownRows(chosen, corrected)).toBe('all')
  expect(shownRows('column_2', RESULT)).toBe('all')
  expect(shownRows('column_2-type', RESULT)).toBe('all')
  expect(shownRows('future_date', RESULT)).toBe('all')
})

test('each cause of columns that steps made shows its own rows', () => {
  const made = ['Stadt', 'Land'].map((column) => ({ column, rule: 'type', rows: 1 }))
  const whole = { column: '', rule: 'ragged_row', rows: 1 }
  const causes = causesOf({ ...RESULT.grid, causes: [CAUSE, ...made, whole] } as Schemas['GridFacts'])
  expect(causes.map(({ show }) => show)).toEqual([
    'column_1-type',
    'column_3-type',
    'column_4-type',
    'ragged_row',
  ])
})

test('days to come are shown while a checked column of the past has some', () => {
  const toCome = {
    ...RESULT,
    outcome: 'done',
    grid: { ...RESULT.grid, to_come: { Stand: { rows: 1 } } },
    mapping: { fields: [{ name: 'updated_at', records_past: true }] },
    edits: { left_out: [], columns: { Stand: 'updated_at' } },
  } as unknown as Schemas['DryRun']
  expect(shownRows('future_date', toCome)).toBe('future_date')
  const leftOut = { ...toCome, edits: { left_out: [], columns: { Stand: null } } } as unknown as typeof toCome
  expect(shownRows('future_date', leftOut)).toBe('all')
  expect(shownRows('future_date', { ...toCome, outcome: 'needs_mapping' })).toBe('all')
})
