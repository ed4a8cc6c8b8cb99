import { expect, test } from 'vitest'

import { learnNames, MAX_CODES, nameOfCode, referencesOf } from './code-names'
import { testColumn, testTable } from './test-tables'
import { codeName, label } from './words'

const tables = [
  testTable('zones', [testColumn('zone_id', { primary_key: true }), testColumn('zone_name')]),
  testTable('trips', [
    testColumn('trip_id', { primary_key: true }),
    testColumn('home_zone', { references: 'zones.zone_id' }),
  ]),
]

test('the codes of an answer are read where the lake has a table of their names', () => {
  const columns = ['zone_id', 'zone', 'home_zone']
  for (const name of columns)
    expect(referencesOf(tables, [{ name }, { name: 'trips' }])).toEqual([
      { columns, sql: 'SELECT zone_id, zone_name\nFROM curated.zones\nLIMIT 501' },
    ])
  expect(referencesOf(tables, [{ name: 'trip_id' }])).toEqual([])
})

test('a code has its name wherever it is shown, and another text has none', () => {
  learnNames({ columns: ['zone_id', 'zone'], sql: '' }, [
    ['X-CHI', 'Channel Islands'],
    ['X-NONE', null],
  ])
  expect(label('X-CHI', 'zone_id')).toBe('Channel Islands')
  expect(label('zone=X-CHI/kind=day')).toBe('Channel Islands · day')
  expect(codeName('X-CHI', 'zone_id')).toBe('Channel Islands')
  expect(codeName('X-NONE', 'zone_id')).toBeUndefined()
  expect(label('X-CHI', 'status')).toBe('X-CHI')
})

test('a long table is no list of codes', () => {
  const rows = Array.from({ length: MAX_CODES + 1 }, (_, at) => [`a${at}`, `Article ${at}`])
  learnNames({ columns: ['article_id'], sql: '' }, rows)
  expect(nameOfCode('article_id', 'a1')).toBeUndefined()
})
