import { expect, test } from 'vitest'

import {
  asRequest,
  begun,
  changed,
  isSameColumnWork,
  isStepOf,
  joinedColumns,
  leaveOutOthers,
  NO_EDITS,
  ofAnswer,
  pastedColumn,
  redone,
  undecided,
  withDataset,
  undone,
  withCopy,
  withDefault,
  withField,
  withFormat,
  withTexts,
} from './edits'

test('a field has one column: the newer choice wins, and the format of a field without a column is dropped', () => {
  const first = withFormat(withField(NO_EDITS, 'Preis', 'list_price'), 'list_price', { decimal: ',' })
  const second = withField(first, 'Netto', 'list_price')
  expect(second.columns).toEqual({ Netto: 'list_price' })
  expect(withField(first, 'Preis', null).formats).toEqual({})
})

test('a field without a column has one value for all rows, the newest', () => {
  const edits = withDefault(withDefault(NO_EDITS, 'category', 'bikes'), 'category', 'tyres')
  expect(edits.columns).toEqual({ category: 'category' })
  expect(edits.steps.map((step) => step.text)).toEqual(['tyres'])
})

test('typed cells are sent by row and column, and come back the same', () => {
  const edits = withTexts(NO_EDITS, 'Preis', [8, 21], ['19,90', null])
  expect(asRequest(edits).cells).toEqual([
    { row: 8, column: 'Preis', text: '19,90' },
    { row: 21, column: 'Preis', text: null },
  ])
  expect(ofAnswer(asRequest(edits))).toEqual(edits)
})

test('a copied column is its first cells, without the line end that a spreadsheet adds', () => {
  expect(pastedColumn('1,50\tx\r\n\r\n2,50\ty\r\n')).toEqual(['1,50', '', '2,50'])
})

test('a column that is neither a field nor left out is not decided', () => {
  const edits = withField(NO_EDITS, 'a', 'product_id')
  expect(undecided(edits, ['a', 'b'])).toEqual(['b'])
  expect(leaveOutOthers(edits, ['a', 'b']).columns).toEqual({
    a: 'product_id',
    b: null,
  })
})

test('a change is undone and done again, and a new change ends the way forth', () => {
  const one = withField(NO_EDITS, 'a', 'x')
  const two = withField(one, 'b', 'y')
  const after = changed(changed(begun(NO_EDITS), one), two)
  expect(undone(after).now).toBe(one)
  expect(redone(undone(after)).now).toBe(two)
  expect(changed(undone(after), NO_EDITS).future).toEqual([])
  expect(undone(begun(one)).now).toBe(one)
})

test('a remembered step stays known after another change, until it is changed itself', () => {
  const map = {
    kind: 'map' as const,
    column: 'Art',
    text: '',
    search: '',
    values: { b: '2', a: '1' },
    into: [],
  }
  const remembered = { ...NO_EDITS, steps: [map] }
  const typed = withTexts(remembered, 'Preis', [8], ['19,90'])
  expect(isSameColumnWork(remembered, typed)).toBe(true)
  expect(isStepOf({ ...map, values: { a: '1', b: '2' } }, remembered)).toBe(true)
  const other = { ...map, values: { a: '3', b: '2' } }
  expect(isStepOf(other, remembered)).toBe(false)
  expect(isSameColumnWork(remembered, { ...remembered, steps: [other] })).toBe(false)
})

test('another dataset takes away the columns that were made as fields of the one before', () => {
  const step = { text: '', search: '', values: {}, into: [] as string[] }
  const edits = {
    ...NO_EDITS,
    dataset: 'order_items',
    columns: { Menge: 'quantity', item_id: 'item_id' },
    steps: [
      { ...step, kind: 'join' as const, column: 'item_id', into: ['Nr', 'Pos'] },
      { ...step, kind: 'replace' as const, column: 'Menge', search: ' Stk' },
    ],
  }
  expect(withDataset(edits, 'orders')).toMatchObject({ columns: {}, steps: [edits.steps[1]] })
  expect(joinedColumns(edits)).toEqual(['Nr', 'Pos'])
  expect(joinedColumns(withDataset(edits, 'orders'))).toEqual([])
})

test('a field that copies a column is written as that column is, also where the format is chosen later', () => {
  const copied = withCopy(withField(NO_EDITS, 'Bestelldatum', 'ordered_at'), 'updated_at', 'Bestelldatum')
  const german = { patterns: ['dd.MM.yyyy'] }
  expect(withFormat(copied, 'ordered_at', german).formats).toEqual({ ordered_at: german, updated_at: german })
  expect(withFormat(copied, 'updated_at', german).formats).toEqual({ updated_at: german })
  expect(withFormat(withFormat(copied, 'ordered_at', german), 'ordered_at', {}).formats).toEqual({})
})

test('a person who takes the dataset away decides that, and one who chooses another does not', () => {
  const none = withDataset({ ...NO_EDITS, dataset: 'orders' }, '')
  expect([none.no_dataset, withDataset(none, 'orders').no_dataset]).toEqual([true, false])
})
