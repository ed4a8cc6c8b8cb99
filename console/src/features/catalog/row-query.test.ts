import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { datasetRowAddress, rowQuery } from './row-query'

test('the statement of a row compares each key by its type', () => {
  const columns = [
    { name: 'day', type: 'date' },
    { name: 'order', type: 'bigint' },
    { name: 'name', type: 'varchar' },
    { name: 'note', type: 'varchar' },
  ]
  const row = ['2026-01-31', 7, "O'Hara", null]
  const address = rowQuery({ database: 'prod', name: 't' }, columns, row, ['day', 'order', 'name', 'note'])
  expect(decodeURIComponent(address)).toBe(
    `#/query?sql=SELECT *\nFROM prod.t\nWHERE "day" = DATE '2026-01-31'\n  AND "order" = 7\n  AND "name" = 'O''Hara'\n  AND "note" IS NULL`,
  )
})

test('an id links to the row of the dataset that it is the only key of', () => {
  const column = (name: string, primary_key: boolean): Schemas['ContractColumn'] => ({
    name,
    type: 'varchar(20)',
    primary_key,
    required: true,
    sensitive: '',
    personal: false,
    references: '',
    description: '',
    label: '',
    unit: '',
    rules: [],
  })
  const table = (name: string, system: string, ...columns: Schemas['ContractColumn'][]) => ({
    database: system ? 'prod' : 'curated',
    name,
    system,
    columns,
    amount: [],
    newest_by: [],
  })
  const tables = [
    table('unusual', 'hub', column('order_id', true)),
    table('lines', '', column('order_id', true), column('line', true)),
    table('orders', '', column('order_id', true), column('shop_id', false)),
  ]
  expect(datasetRowAddress(tables, 'order_id', '48/9434')).toBe('#/rows/orders/48%2F9434')
  expect(datasetRowAddress(tables, 'shop_id', 'a')).toBeUndefined()
  expect(datasetRowAddress(tables, 'order_id', null)).toBeUndefined()
})
