import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS, withDefault } from '../import/edits'
import {
  blankLine,
  broughtWords,
  changedLine,
  currencyLines,
  leftOutLine,
  ownCurrencyLine,
  rememberedLine,
  setLine,
  unitsOfValues,
} from './receipt'
import { undoneWords } from '../files/undo-words'

const KEPT = {
  left_out: ['VPE', 'EAN'],
  rows_left_out: [4],
  left_out_kinds: {},
  set_for_all: { is_active: 'true', updated_at: '2026-10-01 00:00:00' },
  currencies: { list_price: { EUR: 61, USD: 1 } },
} as unknown as Schemas['FileEdits']
const EDITS = withDefault(
  withDefault(
    {
      ...NO_EDITS,
      dataset: 'products',
      columns: { Nr: 'product_id', Preis: 'list_price', VPE: null },
      formats: { list_price: { decimal: ',' } },
      currencies: { list_price: ['EUR', 'USD'] },
    },
    'is_active',
    'true',
  ),
  'updated_at',
  '2026-10-01 00:00:00',
)

test('a receipt says in which currency amounts are stored that are in others', () => {
  expect(currencyLines(KEPT, undefined, { list_price: 'GBP' })).toEqual([
    'List price is stored as GBP, although the file says EUR (61 rows) and USD (1 row). Nothing was converted.',
  ])
  expect(currencyLines(null, EDITS, { list_price: 'GBP' })).toEqual([
    'List price is stored as GBP, although the file says EUR and USD. Nothing was converted.',
  ])
  expect(currencyLines(null, NO_EDITS, {})).toEqual([])
  const units = { list_price: 'GBP', weight: 'kg' }
  expect(ownCurrencyLine(null, NO_EDITS, units)).toBe('Stored as the dataset has it: List price in GBP.')
  expect([ownCurrencyLine(KEPT, undefined, units), ownCurrencyLine(null, EDITS, units)]).toEqual(['', ''])
})

test('a receipt names only amounts that have accepted values in the file, of the whole lake', () => {
  const units = { list_price: 'GBP', discount: 'GBP', net_total: 'GBP', gdp: 'USD' }
  const profiled = [
    { name: 'product_id', facts: { rows: 60, missing: 0, invalid: 0 } },
    { name: 'list_price', facts: { rows: 60, missing: 2, invalid: 5 } },
    { name: 'discount', facts: { rows: 60, missing: 60, invalid: 0 } },
    { name: 'net_total', facts: { rows: 60, missing: 20, invalid: 40 } },
  ]
  expect(unitsOfValues(units, profiled)).toEqual({ list_price: 'GBP' })
  expect(ownCurrencyLine(null, undefined, unitsOfValues(units, []))).toBe('')
})

test('a receipt counts rows that were corrected since as in, and only the others wait', () => {
  const file = { state: 'done', accepted: 55, quarantined: 6, duplicates: 0, closed_by: '' } as const
  const rows = { ...file, error: null, corrected: 5, ignored: 0, replaced_rows: null, unchanged_rows: null }
  expect(broughtWords(rows)).toBe('60 rows are in, 5 of them corrected, 1 row waits for a person.')
  expect(broughtWords({ ...rows, ignored: 1 })).toBe('60 rows are in, 5 of them corrected, 1 row is ignored.')
  expect(broughtWords({ ...rows, corrected: 0 })).toBe('55 rows are in, 6 rows wait for a person.')
  expect(broughtWords({ ...rows, closed_by: 'f2' })).toBe(
    '60 rows are in, 5 of them corrected, 1 row was refused.',
  )
})

test('a row that was taken instead of another one is in, and one with another key is one row more', () => {
  const file = { state: 'done', accepted: 53, quarantined: 6, duplicates: 2, closed_by: '' } as const
  const rows = { ...file, error: null, corrected: 6, ignored: 0, replaced_rows: null, unchanged_rows: null }
  const sent = { ...rows, reasons: { duplicate_key: 1, duplicate_row: 1 } }
  expect(broughtWords({ ...sent, taken_instead: 1 })).toBe(
    '59 rows are in, 6 of them corrected, 1 taken instead of another row, 1 duplicate.',
  )
  expect(broughtWords({ ...sent, given_another_key: 1 })).toBe(
    '60 rows are in, 6 of them corrected, 1 with another key, 1 duplicate.',
  )
})

test('of a file that is no answer yet, or whose rows another one brought, a receipt says so', () => {
  const none = { accepted: 0, quarantined: 0, duplicates: 0, closed_by: '' } as const
  const file = { ...none, error: null, corrected: 0, ignored: 0, replaced_rows: null, unchanged_rows: null }
  expect(broughtWords({ ...file, state: 'processing' })).toBe('Being checked.')
  expect(broughtWords({ ...file, state: 'skipped_duplicate' })).toBe(
    'Duplicate file skipped: its rows came in with the first one.',
  )
  const error = { rule: 'no_rows' } as Schemas['FileDetail']['error']
  expect(broughtWords({ ...file, state: 'skipped_duplicate', error })).toBe('No row of it is in a table.')
  expect(broughtWords({ ...file, state: 'rejected' })).toBe('No row of it is in a table.')
})

test('a receipt names the columns and counts the rows that stay out', () => {
  expect(leftOutLine(KEPT, undefined)).toBe('Left out: VPE, EAN. 1 row (row 4) is left out.')
  expect(leftOutLine(null, EDITS)).toBe('Left out: VPE.')
  expect(leftOutLine(null, NO_EDITS)).toBe('')
  expect(leftOutLine(KEPT, undefined, ['orders', 'orders.VPE'])).toBe(
    'Left out: EAN. 1 row (row 4) is left out.',
  )
})

test('rows that are left out are said to be totals, notes or descriptions', () => {
  const kept = { ...KEPT, left_out: [], rows_left_out: [1, 4, 14, 30, 31] }
  const left_out_kinds = { totals: [14, 30], footer_rows: [31], description_rows: [1] }
  expect(leftOutLine({ ...kept, left_out_kinds }, undefined)).toBe(
    '2 lines of totals (rows 14, 30) are left out. 1 note below the rows (row 31) is left out. ' +
      '1 row that describes the columns (row 1) is left out. 1 row (row 4) is left out.',
  )
})

test('a column whose part came in is not left out, and the part that no field has is named', () => {
  const split = {
    kind: 'split',
    column: 'Changed',
    text: ' ',
    search: '',
    values: {},
    into: ['Day', 'Time'],
  } as const
  const edits = {
    ...NO_EDITS,
    columns: { Nr: 'product_id', Changed: null, EAN: null, Day: 'updated_at' },
    steps: [{ ...split, into: [...split.into] }],
  }
  expect(leftOutLine(null, edits)).toBe('Left out: Time, EAN.')
  expect(leftOutLine(null, { ...edits, columns: { Changed: null } })).toBe('Left out: Changed.')
  expect(rememberedLine(edits, {})).toContain('gets the same fields and the same changes of columns')
})

test('a receipt says what every row got, and what the next file gets of it', () => {
  expect(setLine(KEPT)).toBe(
    'Filled in where the file has nothing: Is active with yes, Updated at with 1 Oct 2026.',
  )
  expect(rememberedLine(EDITS, { updated_at: 'timestamp', is_active: 'boolean' })).toBe(
    'The mapping is remembered. The next file with this header gets the same fields, the same formats and Is active yes; Updated at and what to do with amounts in EUR and USD are asked again.',
  )
  expect(rememberedLine({ ...NO_EDITS, columns: { Nr: 'product_id' } }, {})).toBe(
    'The mapping is remembered. The next file with this header gets the same fields, and needs no decision.',
  )
  expect(rememberedLine(undefined, {})).toBe('')
})

test('the receipt of an undone file counts the rows that left and those that count again', () => {
  const before_undo = { received: 42, accepted: 38, quarantined: 2, duplicates: 2 }
  const words = (in_snapshot: string, replaced_rows: number | null, accepted = 38) =>
    undoneWords({
      before_undo: { ...before_undo, accepted },
      in_snapshot,
      replaced_rows,
      unchanged_rows: null,
    })
  expect(words('', 0)).toBe('The upload is undone: none of its 38 rows is in the lake.')
  expect(words('', null)).toBe('The upload is undone: none of its 38 rows is in the lake.')
  expect(words('', null, 1)).toBe('The upload is undone: its row is not in the lake.')
  expect(words('s1', 0)).toBe('The upload is undone.')
  expect(words('s1', 1)).toBe('The upload is undone. The row of the lake that it replaced counts again.')
  expect(words('', 5)).toBe(
    'The upload is undone: none of its 38 rows is in the lake. The 5 rows of the lake that it replaced count again.',
  )
})

test('the receipt of an undone file says which of its rows went, went back and stay', () => {
  const before_undo = { received: 422, accepted: 420, quarantined: 2, duplicates: 0 }
  const words = (replaced_rows: number, unchanged_rows: number, in_snapshot = '') =>
    undoneWords({ before_undo, in_snapshot, replaced_rows, unchanged_rows })
  expect(words(7, 411)).toBe(
    'The upload is undone: of its 420 accepted rows 2 leave the lake, 7 go back to their earlier values and 411 stay, because the lake had them before.',
  )
  expect(words(7, 411, 's1')).toBe(`${words(7, 411)} The tables follow at the next run.`)
  expect(words(0, 420)).toBe(
    'The upload is undone: its 420 accepted rows stay, because the lake had them before.',
  )
  expect(words(1, 419)).toMatch(/ 1 goes back to its earlier values and 419 stay, /)
  expect(words(0, 0)).toBe('The upload is undone: none of its 420 rows is in the lake.')
})

test('the receipt of a file counts the rows that changed nothing', () => {
  const none = { quarantined: 0, corrected: 0, ignored: 0, duplicates: 0, closed_by: '', error: null }
  const file = { ...none, state: 'done', accepted: 420, replaced_rows: 7, unchanged_rows: 411 } as const
  expect(broughtWords(file)).toBe(
    '420 rows are in, 7 of them replace rows of the lake, 411 were there before with the same values or newer ones.',
  )
})

test('typed cells and mapped values are named', () => {
  const cell = (row: number) => ({ row, column: 'Preis', before: '19,9o', after: '19,90', is_hidden: false })
  const map = {
    kind: 'map' as const,
    column: 'Preis',
    into: [],
    text: '',
    search: '',
    values: [{ before: 'auf Anfrage', after: '' }],
  }
  expect(changedLine({ cells: 5, typed: [1, 2, 3, 4].map(cell), changes: [map] })).toBe(
    'Changed before the commit: Row 1, Preis: 19,9o → 19,90; Row 2, Preis: 19,9o → 19,90; Row 3, Preis: 19,9o → 19,90; 2 more typed cells; Preis: auf Anfrage → empty.',
  )
  expect(changedLine({ cells: 0, typed: [], changes: [] })).toBe('')
})

test('rows without any value are named, as nobody decides about them', () => {
  expect(blankLine({ blank_rows: '1', blank_row_numbers: '41' })).toBe(
    'Row 41 has no value in any cell and is no data.',
  )
  expect(blankLine({ blank_rows: '2', blank_row_numbers: '41, 62' })).toBe(
    '2 rows (41, 62) have no value in any cell and are no data.',
  )
  expect(blankLine({ format: 'csv' })).toBe('')
})

test('a receipt of rows that were sent back names the rows and the file in whose place they are', () => {
  const answers = { file_id: 'f1', key: 'products/a.csv', name: 'Preisliste.xlsx', rows: [21, 6] }
  const file = {
    state: 'done',
    error: null,
    corrected: 0,
    ignored: 0,
    closed_by: '',
    replaced_rows: null,
    unchanged_rows: null,
    accepted: 2,
    quarantined: 0,
    duplicates: 0,
    edited_before: { answers },
  } as unknown as Parameters<typeof broughtWords>[0]
  expect(broughtWords(file)).toBe('2 rows are in, in place of rows 6 and 21 of Preisliste.xlsx.')
  expect(broughtWords({ ...file, accepted: 1, quarantined: 1 })).toMatch(
    /^1 row is in, sent back for rows 6 and 21 of Preisliste.xlsx, 1 row waits/,
  )
})
