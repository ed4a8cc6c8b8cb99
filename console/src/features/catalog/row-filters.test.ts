import { expect, test } from 'vitest'

import { DURATION } from '../../api/format'
import { endOfDay } from '../dashboards/filters'
import {
  allInOrder,
  byPriority,
  decisive,
  phonePriorities,
  conditionValue,
  conditionWords,
  faultOf,
  sortFaultOf,
  typedUnit,
  typedValue,
  operators,
  quickFilters,
  readConditions,
  replaced,
  wordsOfCondition,
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

test('a condition has the heading, the unit and the words of its column', () => {
  const [condition] = readConditions(['return_rate:ge:0.5'])
  if (!condition) throw new Error('no condition')
  const columns = [{ name: 'return_rate', type: 'double' }]
  const words = wordsOfCondition(condition, columns, { return_rate: 'Return rate' }, { return_rate: 'share' })
  expect(words).toBe('Return rate at least 50 %')
})

test('a table offers its first day column, and what its dashboards filter by, once', () => {
  const filter = (column: string, tables: string[]) => ({
    column,
    tables,
    panels: [],
    label: column,
    values: '',
    is_from: false,
    is_until: false,
    through: '',
  })
  const columns = [
    { name: 'place', type: 'varchar' },
    { name: 'sold_on', type: 'date' },
  ]
  const filters = [filter('place', ['sales']), filter('place', ['sales']), filter('kind', ['sales'])]
  const quick = quickFilters(columns, filters, 'sales')
  expect([quick.period, quick.choices.map(({ column }) => column)]).toEqual(['sold_on', ['place']])
})

test('the columns that identify a row come first, then measures, and the others keep their order', () => {
  const columns = ['level', 'grain', 'amount', 'id'].map((name) => ({ name }))
  const names = byPriority(columns, new Set(['id']), { amount: 'GBP', grain: '' }).map(({ name }) => name)
  expect(names).toEqual(['id', 'amount', 'level', 'grain'])
})

test('on a phone the first column, which has all keys, and the first measure stay, then other measures', () => {
  const columns = ['series', 'horizon', 'expected', 'low', 'level'].map((name) => ({ name }))
  const units = { horizon: 'periods', expected: 'GBP', low: 'GBP' }
  expect(phonePriorities(columns, new Set(['series']), units)).toEqual([1, 2, 1, 2, 3])
})

test('a table shows the columns that its contract names, in that order, and the others after them on demand', () => {
  const columns = ['snapshot', 'id', 'note', 'amount'].map((name) => ({ name }))
  const first = ['id', 'amount', 'left_the_contract']
  const names = (shown: { name: string }[]) => shown.map(({ name }) => name)
  expect(names(decisive(columns, first, new Set(['id'])))).toEqual(['id', 'amount'])
  expect(names(allInOrder(columns, first, new Set(['id'])))).toEqual(['id', 'amount', 'snapshot', 'note'])
  expect(names(decisive(columns, [], new Set(['id'])))).toEqual(['id', 'snapshot', 'note', 'amount'])
})

test('the chip of a filter has its value in the unit of the column, with all digits', () => {
  const value = (column: string, typed: string, type: string, unit = '') =>
    conditionValue({ column, operator: 'ge', value: typed }, type, unit)
  expect(value('return_rate', '0.5', 'double', 'share')).toBe('50 %')
  expect(value('revenue', '-123456.5', 'decimal(18,4)', 'GBP')).toBe('-£123,456.50')
  expect(value('orders', '12345', 'bigint', 'orders')).toBe('12,345')
  expect(value('order_id', '536009', 'bigint')).toBe('536009')
  expect(value('month_on', '2026-03-01', 'date')).toBe('Mar 2026')
})

test('a share is typed as percent, and every other value stays', () => {
  expect(typedValue('50', 'share')).toBe('0.5')
  expect(typedValue('0.07 %', 'probability')).toBe('0.0007')
  expect(typedValue('50', 'GBP')).toBe('50')
  expect(typedUnit('GBP')).toBe('GBP')
})

test('a day with which moments are compared is the chosen day, and one of UTC', () => {
  const value = (operator: string, typed: string, type: string) =>
    conditionValue({ column: 'paid_at', operator, value: typed }, type)
  expect(value('ge', '2026-01-31', 'timestamp')).toBe('31 Jan 2026 (UTC)')
  expect(value('le', endOfDay('2026-01-31'), 'timestamp(6)')).toBe('31 Jan 2026 (UTC)')
  expect(value('le', '2026-01-31', 'date')).toBe('31 Jan 2026')
})

test('a duration is typed as its column shows it, or in seconds', () => {
  expect(typedValue('2:01:12', DURATION)).toBe('7272')
  expect(typedValue('7272', DURATION)).toBe('7272')
  expect(conditionValue({ column: 'worked', operator: 'ge', value: '7272' }, 'double', DURATION)).toBe(
    '2:01:12',
  )
})

test('a condition that cannot be asked says what is wrong with it', () => {
  const columns = [
    { name: 'sold', type: 'bigint' },
    { name: 'sold_on', type: 'date' },
    { name: 'note', type: 'varchar' },
  ]
  const fault = (text: string): string => {
    const [condition] = readConditions([text])
    return condition ? faultOf(condition, columns, 'Sold') : ''
  }
  expect(fault('foo:eq:1')).toBe('This table has no column foo.')
  expect(fault('sold:like:1')).toBe('The column Sold cannot be compared by “like”.')
  expect(fault('sold:ge:many')).toBe('The column Sold is compared with a number, not with “many”.')
  expect(fault('sold_on:ge:soon')).toContain('a day such as 2026-01-31')
  for (const fine of [
    'sold:in:1,2',
    'sold_on:le:2026-01-31T10:00:00',
    'note:contains:a:b',
    'note:empty:false',
  ])
    expect(fault(fine)).toBe('')
  expect(sortFaultOf('-sold,foo', columns)).toContain('no column foo')
  expect(sortFaultOf('-sold,note', columns)).toBe('')
})
