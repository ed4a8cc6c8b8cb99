import { expect, test } from 'vitest'

import { expectationsOf, rowsOfKeys } from './expectations'

test('a failed expectation is a sentence with its dataset, column, rule and rows', () => {
  const reasons = [
    'orders: list_price: minimum broken by 3 rows (keys A1, A2)',
    'status: valid_values broken by 1 row (key A9)',
    'headgate.curated.payments: table: unique broken by 12 rows',
  ]
  expect(expectationsOf(reasons)).toEqual([
    {
      dataset: 'orders',
      words: 'Orders: List price is below the lowest value allowed in 3 rows',
      keys: ['A1', 'A2'],
    },
    { dataset: 'orders', words: 'Orders: Status is none of the allowed values in 1 row', keys: ['A9'] },
    { dataset: 'payments', words: 'Payments: a value occurs more than once in 12 rows', keys: [] },
  ])
})

test('another reason stays as it is', () => {
  expect(expectationsOf(['AuditError: a key is missing'])[0]?.words).toBe('AuditError: a key is missing')
})

test('rows are looked up by a key of one column only', () => {
  const column = (name: string, primary_key: boolean) => ({ name, type: 'varchar', primary_key })
  const table = { database: 'curated', name: 'orders', columns: [column('id', true), column('x', false)] }
  expect(decodeURIComponent(rowsOfKeys(table, ["A'1"]))).toContain(`CAST("id" AS varchar) IN ('A''1')`)
  expect(rowsOfKeys({ ...table, columns: [column('id', true), column('x', true)] }, ['A1'])).toBe('')
})
