import { expect, test } from 'vitest'

import {
  emptyLast,
  allInOrder,
  byPriority,
  decisive,
  phonePriorities,
  conditionWords,
  operators,
  quickFilters,
  readConditions,
  replaced,
  written,
} from './row-filters'

test('a condition in an address is read and written without a loss', () => {
  const texts = ['ordered_at:ge:2026-01-31T10:00:00', 'region:eq:IE', 'note:empty:true']
  expect(readConditions(texts).map(written)).toEqual(texts)
})

test('a filter that is set again replaces itself, and one that is cleared goes', () => {
  const before = readConditions(['region:eq:IE', 'amount:ge:5'])
  const other = replaced(before, { column: 'region', operator: 'eq', value: 'FR' })
  expect(other.map(written)).toEqual(['amount:ge:5', 'region:eq:FR'])
  expect(replaced(other, { column: 'amount', operator: 'ge', value: '' }).map(written)).toEqual([
    'region:eq:FR',
  ])
})

test('a text is searched, a number and a day are compared', () => {
  const labels = (type: string) => operators(type).map(({ label }) => label)
  expect(labels('varchar')[0]).toBe('contains')
  expect(labels('decimal(12,2)').slice(0, 2)).toEqual(['at least', 'at most'])
  expect(labels('date').slice(0, 2)).toEqual(['from', 'until'])
})

test('a condition is shown in words', () => {
  const [condition] = readConditions(['amount:ge:5'])
  if (!condition) throw new Error('no condition')
  expect(conditionWords(condition, 'Amount', 'bigint', '5')).toBe('Amount at least 5')
  expect(conditionWords({ ...condition, operator: 'empty' }, 'Amount', 'bigint', '')).toBe('Amount is empty')
})

test('a table offers its first day column, and what its dashboards filter by, once', () => {
  const stated = (column: string, tables: string[]) => ({
    column,
    tables,
    panels: [],
    label: column,
    values: '',
    is_from: false,
    is_until: false,
  })
  const columns = [
    { name: 'place', type: 'varchar' },
    { name: 'sold_on', type: 'date' },
  ]
  const filters = [stated('place', ['sales']), stated('place', ['sales']), stated('kind', ['sales'])]
  const quick = quickFilters(columns, filters, 'sales')
  expect([quick.period, quick.choices.map(({ column }) => column)]).toEqual(['sold_on', ['place']])
})

test('the columns that identify a row come first, then measures, and the others keep their order', () => {
  const columns = ['level', 'grain', 'amount', 'id'].map((name) => ({ name }))
  const names = byPriority(columns, new Set(['id']), { amount: 'GBP', grain: '' }).map(({ name }) => name)
  expect(names).toEqual(['id', 'amount', 'level', 'grain'])
})

test('on a phone the first two keys and the first measure stay, then other measures', () => {
  const columns = ['series', 'period', 'horizon', 'expected', 'low', 'level'].map((name) => ({ name }))
  const keys = new Set(['series', 'period'])
  expect(phonePriorities(columns, keys, { horizon: 'periods', expected: 'GBP', low: 'GBP' })).toEqual([
    1, 1, 2, 1, 2, 3,
  ])
})

test('a table shows the columns that its contract names, in that order, and the others after them on demand', () => {
  const columns = ['snapshot', 'id', 'note', 'amount'].map((name) => ({ name }))
  const first = ['id', 'amount', 'left_the_contract']
  const names = (shown: { name: string }[]) => shown.map(({ name }) => name)
  expect(names(decisive(columns, first, new Set(['id'])))).toEqual(['id', 'amount'])
  expect(names(allInOrder(columns, first, new Set(['id'])))).toEqual(['id', 'amount', 'snapshot', 'note'])
  expect(names(decisive(columns, [], new Set(['id'])))).toEqual(['id', 'snapshot', 'note', 'amount'])
})

test('columns without a value in the shown rows come last, and keys stay first', () => {
  const columns = ['region_id', 'growth', 'sold', 'note'].map((name) => ({ name }))
  const empty = new Set(['region_id', 'growth', 'note'])
  const shown = emptyLast(columns, ({ name }) => empty.has(name), new Set(['region_id']))
  expect(shown.map(({ name }) => name)).toEqual(['region_id', 'sold', 'growth', 'note'])
})
