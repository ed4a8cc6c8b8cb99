import { expect, test } from 'vitest'

import { answerTitle } from './answer-title'
import { fileNameOf } from './file-name-of'

const BY_MONTH =
  'select month, region, sum(revenue) as revenue from orders o join order_items using (order_id) group by 1, 2'
const answer = {
  columns: [
    { name: 'month', type: 'date' },
    { name: 'region', type: 'varchar' },
    { name: 'revenue', type: 'double' },
  ],
  rows: [
    ['2010-11-01', 'DE', 1],
    ['2010-11-01', 'FR', 3],
    ['2010-12-01', 'DE', 2],
    ['2010-12-01', 'FR', 4],
  ],
  query: { sql: BY_MONTH },
}
const words = { month: 'Month', region: 'Region', revenue: 'Revenue', order_id: 'Order', status: 'Status' }
const own = { question: '', choice: undefined, isChart: false }

test('an answer has the title of its question, else of its chart, also while the table is shown', () => {
  expect(answerTitle(answer, words, { ...own, question: 'How many?', sql: BY_MONTH })).toBe('How many?')
  const title = answerTitle(answer, words, { ...own, sql: BY_MONTH })
  expect(title).toBe('Revenue by Month and Region')
  expect(fileNameOf(title, BY_MONTH)).toBe('revenue-by-month-and-region')
  const choice = { x: 'region', y: ['revenue'], series: '' }
  expect(answerTitle(answer, words, { ...own, sql: BY_MONTH, choice, isChart: true })).toBe(
    'Revenue by Region',
  )
})

test('a list of rows has the title of its few columns and of its tables', () => {
  const columns = [
    { name: 'order_id', type: 'varchar' },
    { name: 'status', type: 'varchar' },
  ]
  const list = { columns, rows: [['A1', 'sent']], query: { sql: '' } }
  const titleOf = (sql: string) => answerTitle(list, words, { ...own, sql })
  expect(titleOf('select order_id, status from orders')).toBe('Order, Status of Orders')
  expect(titleOf('select * from orders o join order_items i using (order_id)')).toBe('Orders, Order items')
  expect(titleOf('select 1 as order_id, 2 as status')).toBe('Order, Status')
})

test('of many columns the first ones tell statements of the same tables apart', () => {
  const titleOf = (names: string[], sql = 'select order_id, … from orders') => {
    const columns = names.map((name) => ({ name, type: 'varchar' }))
    return answerTitle({ columns, rows: [], query: { sql } }, words, { ...own, sql })
  }
  const names = ['order_id', 'status', 'region', 'month', 'paid_on', 'sent_on']
  expect(titleOf(names)).toBe('Order, Status, Region and 3 more of Orders')
  expect(titleOf(names.toReversed())).toBe('sent_on, paid_on, Month and 3 more of Orders')
  expect(titleOf(names, 'select * from orders')).toBe('Orders')
})

test('of all columns the condition tells statements of the same tables apart', () => {
  const titleOf = (sql: string) =>
    answerTitle({ columns: [], rows: [], query: { sql } }, words, { ...own, sql })
  expect(titleOf("select * from orders\nwhere region = 'DE'\norder by 1 limit 5")).toBe(
    "Orders where region = 'DE'",
  )
  expect(titleOf("select * from orders where region = 'FR';")).toBe("Orders where region = 'FR'")
  expect(titleOf(`select * from orders where ${'a = 1 and '.repeat(9)} b = 2`)).toBe('Orders')
})
