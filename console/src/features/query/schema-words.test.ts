import { expect, test } from 'vitest'

import { firstRowsOf, lineOf, matching, sqlName, tablesIn } from './schema-words'

const table = (name: string, system: string, columns: string[]) => ({
  database: system ? 'shop_prod' : 'shop_curated',
  name,
  system,
  columns: columns.map((column) => ({ name: column })),
})
const ORDERS = table('orders', '', ['order_id', 'placed_at'])
const FORECAST = table('sales_forecast', 'sales', ['period_on', 'mean'])
const TABLES = [ORDERS, FORECAST]

test('a table of a system needs no database in SQL', () => {
  expect([sqlName(FORECAST), sqlName(ORDERS)]).toEqual(['sales_forecast', 'shop_curated.orders'])
  expect(firstRowsOf(ORDERS)).toBe('SELECT *\nFROM shop_curated.orders\nLIMIT 1000')
})

test('tables are found by words of their names and columns, those of systems first', () => {
  const names = (searched: string) => matching(TABLES, searched).map(({ name }) => name)
  expect(names('')).toEqual(['sales_forecast', 'orders'])
  expect(names('forecast period')).toEqual(['sales_forecast'])
  expect(names('order_id')).toEqual(['orders'])
  expect(names('nothing')).toEqual([])
})

test('a statement names the tables that it reads, not words in its texts', () => {
  const names = (sql: string) => tablesIn(sql, TABLES).map(({ name }) => name)
  expect(names('SELECT * FROM shop_curated.orders JOIN sales_forecast ON 1 = 1 -- from x')).toEqual([
    'orders',
    'sales_forecast',
  ])
  expect(names("SELECT 'from orders' FROM sales_forecast")).toEqual(['sales_forecast'])
})

test('an error is about the line that it numbers, or about the line with the name that it quotes', () => {
  const sql = 'SELECT\n  sum(men)\nFROM sales_forecast'
  expect(lineOf("Column 'men' cannot be resolved", sql)).toEqual({
    number: 2,
    text: '  sum(men)',
    marked: { from: 6, until: 9 },
  })
  expect(lineOf("line 3:1: mismatched input 'FORM'", sql)).toEqual({ number: 3, text: 'FROM sales_forecast' })
  expect(lineOf(') is missing, line 2, column 11. Correct it', sql)?.marked).toBeUndefined()
  expect(lineOf(') is missing, line 2, column 10. Correct it', sql)?.marked).toEqual({ from: 9, until: 10 })
  // A statement is rewritten before it is asked: a column of the message that has another word is not marked.
  expect(lineOf("line 2:1: Column 'men' cannot be resolved", sql)?.marked).toEqual({ from: 6, until: 9 })
  const slip = "SELCT begins no statement of Athena's SQL. Did you mean SELECT?"
  expect(lineOf(slip, '-- sold\nselct 1')).toEqual({
    number: 2,
    text: 'selct 1',
    marked: { from: 0, until: 5 },
  })
  expect(lineOf('Query exhausted its limit', sql)).toBeUndefined()
})
