import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { filtersOf, narrowedStatement, periodWords } from './own-filters'

const FILTER = {
  name: 'place',
  label: 'Region',
  column: 'region',
  tables: ['visits'],
  values: 'SELECT DISTINCT region FROM visits',
  whole: '',
  is_from: false,
  is_until: false,
  panels: ['visits'],
}
const BOARD = {
  system: 'hub',
  title: 'Hub',
  panels: [],
  filters: [FILTER, { ...FILTER, name: 'since', column: 'begun_at', is_from: true }],
  alerts: [],
  queues: [],
  row_pages: [],
  trust: [],
  written_at: '',
  written_by: '',
  written_units: [],
  filters_of_tables: false,
}
const of = { database: 'lake', system: 'hub' }
const day = (name: string) => ({ ...testColumn(name), type: 'date' })
const TABLES = [
  testTable('trips', [testColumn('region'), day('as_of'), day('begun_on')], of),
  testTable('visits', [testColumn('region')], of),
  testTable('prices', [testColumn('article')], of),
]
const TRIPS = 'SELECT region, count(*) AS trips FROM trips GROUP BY region'
const PRICES = 'SELECT article FROM prices'
const FILTERS = filtersOf([TRIPS, PRICES], [BOARD], TABLES)

test('a dashboard of questions has a period and the filters of the lake whose columns its tables have', () => {
  expect(FILTERS.map(({ name, label, column, tables }) => [name, label, column, tables])).toEqual([
    ['from', 'From', 'begun_on', ['trips']],
    ['until', 'Until', 'begun_on', ['trips']],
    ['region', 'Region', 'region', ['trips']],
  ])
  expect(filtersOf([PRICES], [BOARD], TABLES)).toEqual([])
})

test('a filter narrows every statement that reads its column, and is named where none does', () => {
  const chosen = { from: '2026-01-05', region: 'Alps' }
  expect(narrowedStatement(TRIPS, FILTERS, chosen, TABLES)).toEqual({
    sql: `WITH trips AS (\n  SELECT region, as_of, begun_on\n  FROM lake.trips\n  WHERE begun_on >= DATE '2026-01-05' AND region = 'Alps'\n)\n${TRIPS}`,
    ignored: [],
  })
  expect(narrowedStatement(PRICES, FILTERS, chosen, TABLES)).toEqual({
    sql: PRICES,
    ignored: ['From', 'Region'],
  })
  expect(periodWords(FILTERS, chosen)).toBe('The period reads Trips by Begun.')
  expect(periodWords(FILTERS, { region: 'Alps' })).toBe('')
})

test('a table is narrowed by its full name, and where a pinned statement was narrowed before', () => {
  const chosen = { region: 'Alps' }
  const narrowed = (sql: string) => narrowedStatement(sql, FILTERS, chosen, TABLES)
  expect(narrowed('SELECT 1 FROM lake.trips').sql).toMatch(/^WITH trips AS \([^]*\)\nSELECT 1 FROM trips$/)
  const pinned = "WITH trips AS (SELECT region FROM lake.trips WHERE region <> 'X') SELECT 1 FROM trips"
  expect(narrowed(pinned).sql).toMatch(
    /^WITH filtered_trips AS \([^]*FROM lake\.trips\n[^]*\),\ntrips AS \(SELECT region FROM filtered_trips WHERE/,
  )
  const own = 'WITH trips AS (SELECT 1 AS region) SELECT region FROM trips'
  expect(narrowed(own)).toEqual({ sql: own, ignored: ['Region'] })
})

test('a filter by a name reaches tables with the id, by the reference of their contract', () => {
  const tables = [
    ...TABLES,
    testTable('places', [testColumn('place_id', { primary_key: true }), testColumn('region')]),
    testTable('stays', [testColumn('place_id', { references: 'places.place_id' })]),
    testTable('moves', [
      testColumn('left_id', { references: 'places.place_id' }),
      testColumn('reached_id', { references: 'places.place_id' }),
    ]),
  ]
  const STAYS = 'SELECT place_id, count(*) AS stays FROM stays GROUP BY place_id'
  const MOVES = 'SELECT count(*) AS moves FROM moves'
  const filters = filtersOf([TRIPS, STAYS, MOVES], [BOARD], tables)
  const chosen = { region: 'Alps' }
  expect(narrowedStatement(STAYS, filters, chosen, tables)).toEqual({
    sql: `WITH stays AS (\n  SELECT place_id\n  FROM curated.stays\n  WHERE place_id IN (SELECT place_id FROM curated.places WHERE region = 'Alps')\n)\n${STAYS}`,
    ignored: [],
  })
  // Which of two references a person means, nobody knows.
  expect(narrowedStatement(MOVES, filters, chosen, tables)).toEqual({ sql: MOVES, ignored: ['Region'] })
  expect(filtersOf([STAYS], [BOARD], tables).map(({ name, tables }) => [name, tables])).toEqual([
    ['region', ['stays']],
  ])
})
