import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { offeredNames } from './completions'

const TABLES = [
  testTable('trips', [testColumn('quantity'), testColumn('trip_id')], { database: 'lake' }),
  testTable('quarantine', [testColumn('quarantined_at'), testColumn('trip_id')], { database: 'lake' }),
  testTable('forecast', [testColumn('period')], { database: 'prod', system: 'hub' }),
]
const labels = (before: string, after = ''): string[] =>
  offeredNames(before, before + after, TABLES).map(({ label }) => label)

test('columns of the tables that the statement reads come first, and no others', () => {
  expect(labels('select quan', ' from lake.trips')).toEqual(['quantity', 'trip_id'])
  expect(offeredNames('select quan', 'select quan from lake.trips', TABLES)[0]).toMatchObject({ boost: 90 })
})

test('before a table is named the columns of all tables are offered once each', () => {
  expect(labels('select quan')).toEqual(['quantity', 'trip_id', 'quarantined_at', 'period'])
  expect(offeredNames('select t', 'select t', TABLES)[1]).toMatchObject({
    detail: 'column of several tables',
    boost: 0,
  })
})

test('behind FROM and JOIN tables are offered by their names in SQL', () => {
  expect(labels('select * from tr')).toEqual(['lake.trips', 'lake.quarantine', 'forecast'])
  expect(labels('select * from lake.trips join for')).toEqual(['lake.trips', 'lake.quarantine', 'forecast'])
})

test('nothing is offered inside a text', () => {
  expect(labels("select 'quan", ' from lake.trips')).toEqual([])
  expect(labels("select 'a', quan", ' from lake.trips')).toEqual(['quantity', 'trip_id'])
})

test('an apostrophe in a comment or in a name in quotes begins no text', () => {
  const all = ['quantity', 'trip_id']
  expect(labels("-- don't count\nselect quan", ' from lake.trips')).toEqual(all)
  expect(labels("/* don't\ncount */ select quan", ' from lake.trips')).toEqual(all)
  expect(labels('select 1 as "don\'t", quan', ' from lake.trips')).toEqual(all)
  expect(labels("select 'a -- b', '/*', quan", ' from lake.trips')).toEqual(all)
})

test('nothing is offered inside a comment', () => {
  expect(labels('-- the quan', '\nselect 1 from lake.trips')).toEqual([])
  expect(labels('/* the quan', ' */ select 1 from lake.trips')).toEqual([])
})
