import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { datasetRowAddress, rowQuery, sameIdAddress } from './row-query'

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
  const key = (name: string) => testColumn(name, { primary_key: true })
  const tables = [
    testTable('unusual', [key('order_id')], { database: 'prod', system: 'hub' }),
    testTable('lines', [key('order_id'), key('line')]),
    testTable('orders', [key('order_id'), testColumn('shop_id')]),
  ]
  expect(datasetRowAddress(tables, 'order_id', '48/9434')).toBe('#/rows/orders/48%2F9434')
  expect(datasetRowAddress(tables, 'shop_id', 'a')).toBeUndefined()
  expect(datasetRowAddress(tables, 'order_id', null)).toBeUndefined()
})

test('an id that no dataset lists links to all rows with it, from the dataset and from the table itself', () => {
  const key = (name: string) => testColumn(name, { primary_key: true })
  const tables = [
    testTable('visits', [key('visit_id'), testColumn('door_id'), testColumn('room')]),
    testTable('doors_seen', [key('door_id')], { database: 'prod', system: 'hub' }),
    testTable('odd_visits', [key('visit_id'), testColumn('door_id'), testColumn('room')], {
      database: 'prod',
      system: 'hub',
    }),
  ]
  const page = '#/tables/hub/odd_visits?filter=door_id%3Aeq%3A532'
  expect(sameIdAddress(tables, 'visits', 'door_id', 532)).toBe(page)
  expect(sameIdAddress(tables, 'odd_visits', 'door_id', 532)).toBe(page)
  expect(sameIdAddress(tables, 'odd_visits', 'visit_id', 7)).toBeUndefined()
  expect(sameIdAddress(tables, 'odd_visits', 'room', 7)).toBeUndefined()
  expect(sameIdAddress(tables, '', 'door_id', 532)).toBeUndefined()
})

test('an id in a table of several kinds of things links to the one table of its system that lists rows with it', () => {
  const key = (name: string) => testColumn(name, { primary_key: true })
  const hub = { database: 'prod', system: 'hub' }
  const risks = testTable('risks', [key('kind'), key('thing')], hub)
  const visits = testTable('visits', [key('visit_id'), testColumn('door_id')])
  const odd = testTable('odd_visits', [key('visit_id'), testColumn('door_id')], hub)
  const late = testTable('late_visits', [key('visit_id'), testColumn('door_id')], hub)
  const page = '#/tables/hub/odd_visits?filter=door_id%3Aeq%3A532'
  expect(sameIdAddress([risks, visits, odd], 'risks', 'door_id', '532')).toBe(page)
  expect(sameIdAddress([risks, visits, odd, late], 'risks', 'door_id', '532')).toBeUndefined()
  expect(sameIdAddress([risks, visits, odd], 'risks', 'room_id', '532')).toBeUndefined()
})
