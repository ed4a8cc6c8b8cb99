import { refusedRow } from './refused-row'
import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import {
  correctedEarlier,
  isCorrectable,
  isMistyped,
  mistypedCells,
  mistypedWords,
  ofWaitingGroups,
  ofWaitingRows,
  otherCells,
  placeOf,
  rejectionGroups,
  repeatedValue,
  sentRows,
  textWords,
  withCell,
  withEarlier,
  withRepeated,
} from './rejection-groups'

const row = (source_row: number, column: string): Schemas['RejectedRow'] =>
  refusedRow({ source_row, column, rule: 'type', all_rules: 'type', value: 'x' })

test('a row of a workbook has the number that Excel shows, also where its edited copy is a CSV file', () => {
  const edited = { sheet_row: null, sent_row: null, source_row: 9 }
  expect(placeOf({ ...edited, sheet: 'Vehicles', line: 12 })).toBe(12)
  expect(placeOf({ ...edited, sheet_row: 12 })).toBe(12)
  expect(placeOf({ ...edited, sheet: '', line: 11 })).toBe(9)
})

test('a row is open until its correction is accepted, and again when it is refused', () => {
  const open = ([undefined, null, 'sent', 'accepted', 'refused'] as const).map((correction) =>
    isCorrectable({ ...row(1, 'amount'), correction }),
  )
  expect(open).toEqual([true, true, false, false, true])
  expect(isCorrectable({ ...row(1, 'amount'), disposition: 'duplicate' })).toBe(false)
  expect(isCorrectable(row(1, ''))).toBe(false)
})

test('the cells of a row are shown beside the one that broke the rule', () => {
  expect(
    otherCells({ ...row(1, 'amount'), record: { paid_at: '2010-12-09 00:00:00', amount: 'x', note: null } }),
  ).toEqual([
    ['Paid at', '9 Dec 2010'],
    ['Note', '–'],
  ])
})

test('a cell is shown as a person writes it, and any other text as it is', () => {
  expect(
    ['728.3900', '3.5000', '2.00', '-4.1250', '1.5', 'v1.20', '0041', ''].map((text) => textWords(text)),
  ).toEqual(['728.39', '3.50', '2.00', '-4.125', '1.5', 'v1.20', '0041', ''])
})

const group = (rule: string, column: string, rows: number): Schemas['RejectionGroup'] => ({
  rule,
  column,
  rows,
  waiting: rows,
  values: [],
  readings: [],
})

test('two columns of one rule are two groups', () => {
  const groups = rejectionGroups(
    [row(1, 'amount'), row(2, 'paid_at'), row(3, 'amount')],
    [group('type', 'amount', 2), group('type', 'paid_at', 1)],
  )
  expect(groups.map(({ title, shown }) => [title, shown.map((one) => one.source_row)])).toEqual([
    ['Amount does not have the type of its column: 2 rows', [1, 3]],
    ['Paid at does not have the type of its column: 1 row', [2]],
  ])
})

test('a group says when the file has more rows than are shown', () => {
  const [first] = rejectionGroups([row(1, 'amount')], [group('type', 'amount', 9)])
  expect(first?.title).toBe('Amount does not have the type of its column: 9 rows, the first 1 shown')
})

test('a group of which no row is shown does not speak of a first row', () => {
  const groups = rejectionGroups([row(1, 'amount')], [group('type', 'amount', 1), group('unique', '', 4)])
  expect(groups.map(({ title, shown }) => [title, shown.length])).toEqual([
    ['Amount does not have the type of its column: 1 row', 1],
    ['A value occurs more than once: 4 rows', 0],
  ])
})

test('duplicates, about which nothing has to be done, are below the rows that need a person', () => {
  const groups = rejectionGroups([], [group('duplicate_row', '', 5), group('type', 'amount', 1)])
  expect(groups.map(({ rule }) => rule)).toEqual(['type', 'duplicate_row'])
})

test('one value for a group is sent for all of its rows, and a row of its own is counted once', () => {
  const groups = rejectionGroups(
    [row(1, 'amount'), row(2, 'amount')],
    [group('type', 'amount', 167), group('type', 'paid_at', 4)],
  )
  const values = new Map([['type amount', { rule: 'type', column: 'amount', value: '1' }]])
  expect(sentRows(new Map(), values, groups)).toBe(167)
  expect(sentRows(new Map([[1, { amount: '2' }]]), values, groups)).toBe(167)
  expect(sentRows(new Map([[9, { paid_at: '2' }]]), values, groups)).toBe(168)
})

test('nothing is sent of rows that are ignored since something was typed for them', () => {
  const counted = { rule: 'type', rows: 1, waiting: 1, ignored: null, values: [], readings: [] }
  const ignored = { rows: 1, note: 'test orders', by: 'uma', at: '2026-11-30T10:00:00' }
  const groups = rejectionGroups(
    [row(1, 'amount'), row(2, 'paid_at')],
    [
      { ...counted, column: 'amount' },
      { ...counted, column: 'paid_at', waiting: 0, ignored },
    ],
  )
  const typed = new Map<number, Record<string, string>>([
    [1, { amount: '2' }],
    [2, { paid_at: '2' }],
  ])
  expect([...ofWaitingRows(typed, groups).keys()]).toEqual([1])
  const values = new Map(
    ['amount', 'paid_at'].map((column) => [`type ${column}`, { rule: 'type', column, value: '1' }]),
  )
  expect([...ofWaitingGroups(values, groups).keys()]).toEqual(['type amount'])
})

test('a typed value is offered for the other rows with the same refused value', () => {
  const rows = [row(1, 'amount'), row(2, 'amount'), { ...row(3, 'amount'), value: 'y' }]
  const typed = new Map([[1, { amount: '9.50' }]])
  const repeated = repeatedValue(rows, typed)
  expect(repeated).toMatchObject({ refused: 'x', value: '9.50', rows: [{ source_row: 2 }] })
  expect(repeated && [...withRepeated(typed, repeated).keys()]).toEqual([1, 2])
  expect(repeatedValue(rows, new Map([[3, { amount: '1' }]]))).toBeUndefined()
  expect(
    repeatedValue(
      rows.map((one) => ({ ...one, is_unique: true })),
      typed,
    ),
  ).toBeUndefined()
})

test('a correction that was refused is not offered for other rows, and the next one is', () => {
  const refused = { ...row(1, 'amount'), correction: 'refused' as const, corrected_cells: { amount: '0,5' } }
  const rows = [refused, row(2, 'amount')]
  expect(repeatedValue(rows, new Map([[1, { amount: '0,5' }]]))).toBeUndefined()
  expect(repeatedValue(rows, new Map([[1, { amount: '0.5' }]]))).toMatchObject({ value: '0.5' })
})

test('a field that was cleared is no correction, and one that is left empty on purpose is', () => {
  const typed = withCell(new Map(), 1, 'amount', '7')
  expect([...withCell(typed, 1, 'amount', '')]).toEqual([])
  expect([...withCell(withCell(typed, 1, 'paid_at', 'x'), 1, 'amount', '')]).toEqual([[1, { paid_at: 'x' }]])
  expect([...withCell(typed, 1, 'amount', null)]).toEqual([[1, { amount: null }]])
  expect(
    repeatedValue([row(1, 'amount'), row(2, 'amount')], withCell(typed, 1, 'amount', null)),
  ).toMatchObject({ refused: 'x', value: null, rows: [{ source_row: 2 }] })
})

test('a cell has no needless exponent, and a time keeps its seconds', () => {
  expect(textWords('231.30214e0')).toBe('231.30214')
  expect(textWords('231.5e0', { decimal: ',' })).toBe('231,50')
  expect(textWords('2026-03-01 18:30:15')).toMatch(/:30:15$/)
  expect(textWords('2026-03-01 18:30:00')).toMatch(/18:30$|:30$/)
})

test('corrections of an earlier version are used again where nothing is typed', () => {
  const earlier = (value: string | null) => ({ value, file_id: 'f0', received_at: '2026-11-29T22:39:00' })
  const rows = [
    { ...row(1, 'amount'), earlier: earlier('49,90') },
    { ...row(2, 'amount'), earlier: earlier(null) },
    { ...row(3, 'amount'), earlier: earlier('7') },
    { ...row(4, 'amount'), earlier: earlier('8'), correction: 'accepted' as const },
    row(5, 'amount'),
  ]
  const typed = withCell(new Map(), 3, 'amount', '3')
  const open = correctedEarlier(rows, typed)
  expect(open.map(({ source_row }) => source_row)).toEqual([1, 2])
  expect([...withEarlier(typed, open)]).toEqual([
    [3, { amount: '3' }],
    [1, { amount: '49,90' }],
    [2, { amount: null }],
  ])
})

test('a word in a column of numbers or days is no correction', () => {
  expect(isMistyped('zwölf', 'decimal(12,4)')).toBe(true)
  expect(isMistyped('12,50', 'decimal(12,4)')).toBe(false)
  expect(isMistyped('', 'int')).toBe(false)
  expect(isMistyped('blau', 'string')).toBe(false)
  const fields = [
    { name: 'amount', type: 'decimal(9,2)' },
    { name: 'color', type: 'string' },
  ]
  const typed = withCell(withCell(new Map(), 1, 'amount', 'zwölf'), 1, 'color', 'blau')
  const cells = mistypedCells(withCell(typed, 2, 'amount', null), fields)
  expect(cells).toEqual([{ row: 1, column: 'amount' }])
  const titleOf = (name: string) => name.toUpperCase()
  expect(mistypedWords([], [], titleOf)).toBe('')
  expect(mistypedWords(cells, [{ ...row(1, 'amount'), sheet_row: 12 }], titleOf)).toBe(
    'What is typed in AMOUNT of row 12 has no digit, and the column needs a number or a day.',
  )
  const many = [2, 3, 4, 5].map((place) => ({ row: place, column: 'amount' }))
  expect(mistypedWords(many, [], titleOf)).toBe(
    '4 typed cells have no digit, and their columns need numbers or days: AMOUNT of row 2, AMOUNT of row 3, AMOUNT of row 4, 1 more.',
  )
})

test('times of one row stand as the clock of the file has them, each with the zone that it names', () => {
  expect(textWords('2026-03-02T19:46+02:00')).toBe('2 Mar 2026, 19:46 +02:00')
  expect(textWords('2026-03-04 01:46')).toBe('4 Mar 2026, 01:46')
  expect(textWords('2026-03-04T01:46:07Z')).toBe('4 Mar 2026, 01:46:07 UTC')
  expect(textWords('2026-03-04 00:00:00')).toBe('4 Mar 2026')
})
