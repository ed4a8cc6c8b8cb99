import { expect, test } from 'vitest'

import { columnsWith, fits } from './catalog-words'

const TABLE = { name: 'sales_forecast', description: 'Net revenue to expect by period' }

test('a table is found by words of its name or its description, in any order', () => {
  expect(fits(TABLE, 'sales forecast')).toBe(true)
  expect(fits(TABLE, 'Revenue SALES')).toBe(true)
  expect(fits(TABLE, '')).toBe(true)
  expect(fits(TABLE, 'sales fraud')).toBe(false)
})

test('a column is found by its own words, and those of its table narrow the search', () => {
  const column = (name: string) => ({ name, type: 'varchar', label: '', unit: '', description: '' })
  const tables = ['payments', 'orders'].map((name) => ({
    name,
    system: '',
    database: '',
    columns: [column('card_type'), column('amount')],
  })) as unknown as Parameters<typeof columnsWith>[0]
  const names = (words: string) =>
    columnsWith(tables, words, (_, name) => name).map(({ table, column }) => `${table.name}.${column}`)
  expect(names('card')).toEqual(['payments.card_type', 'orders.card_type'])
  expect(names('orders card')).toEqual(['orders.card_type'])
  expect(names('orders')).toEqual([])
})
