import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { type Filter, filtersFor } from './filters'
import { filtersOf, narrowedStatement } from './own-filters'

const FILTER = {
  name: 'place',
  label: 'Region',
  column: 'region',
  tables: ['visits'],
  values: 'SELECT DISTINCT region FROM visits',
  whole: '',
  is_from: false,
  is_until: false,
  through: '',
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
    period: 'The period reads Trips by Begun.',
    words: ['From: 5 Jan 2026', 'Region: Alps'],
    bounds: { from: '2026-01-05', until: '', ofDays: 'begun_on' },
  })
  expect(narrowedStatement(PRICES, FILTERS, chosen, TABLES)).toEqual({
    sql: PRICES,
    ignored: ['From', 'Region'],
    period: 'Prices has no column of times.',
  })
  expect(narrowedStatement(TRIPS, FILTERS, chosen, TABLES).period).toBe('The period reads Trips by Begun.')
  expect(narrowedStatement(TRIPS, FILTERS, { region: 'Alps' }, TABLES).period).toBeUndefined()
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
    words: ['Region: Alps'],
  })
  // Which of two references a person means, nobody knows.
  expect(narrowedStatement(MOVES, filters, chosen, tables)).toEqual({ sql: MOVES, ignored: ['Region'] })
  expect(filtersOf([STAYS], [BOARD], tables).map(({ name, tables }) => [name, tables])).toEqual([
    ['region', ['stays']],
  ])
})

const visit = { ...of, newest_by: ['changed_at'] }
const MASTERS = [
  testTable('guests', [testColumn('guest_id', { primary_key: true }), day('joined_on')], of),
  testTable(
    'stays',
    [
      testColumn('stay_id', { primary_key: true }),
      testColumn('guest_id', { references: 'guests.guest_id' }),
      day('booked_on'),
      day('begun_on'),
    ],
    { ...of, system: '', event_time: 'begun_on' },
  ),
  testTable('nights', [testColumn('stay_id', { references: 'stays.stay_id' }), day('changed_at')], visit),
  testTable('kinds', [testColumn('kind_id', { primary_key: true }), day('changed_at')], visit),
  testTable('beds', [testColumn('kind_id', { references: 'kinds.kind_id' }), day('changed_at')], visit),
  testTable('halls', [testColumn('hall_id', { primary_key: true }), day('opened_on')], of),
  testTable('talks', [testColumn('hall_id', { references: 'halls.hall_id' })], of),
  testTable('readings', [day('read_on')], of),
].map((table) => ({ ...table, system: '' }))

/** The tables of which a period narrows the rows, with the labels of the filters that do nothing and the words. */
const periodOf = (sql: string) => {
  const filters = filtersOf([sql], [], MASTERS)
  const chosen = { from: '2026-01-05' }
  const narrowed = narrowedStatement(sql, filters, chosen, MASTERS)
  return [
    [...narrowed.sql.matchAll(/(\w+) AS \(\n[^]*?WHERE (\w+) >=/g)].map(([, table, column]) => [
      table,
      column,
    ]),
    narrowed.ignored,
    narrowed.period,
  ]
}
const STAYS_OF_GUESTS = 'FROM stays s JOIN guests g ON g.guest_id = s.guest_id'
const BY_STAY = [[['stays', 'begun_on']], [], 'The period reads Stays by Begun.']

test('a period narrows the table whose rows happen in it, and none that this table references', () => {
  expect(periodOf(`SELECT count(*) ${STAYS_OF_GUESTS}`)).toEqual(BY_STAY)
  expect(periodOf(`SELECT count(*) AS guests FROM stays`)).toEqual(BY_STAY)
  expect(periodOf('SELECT count(*) FROM stays, guests')).toEqual(BY_STAY)
})

test('lines without a time of their own are in the period of the declared event that they reference', () => {
  expect(periodOf(`SELECT count(*) ${STAYS_OF_GUESTS} JOIN nights n ON n.stay_id = s.stay_id`)).toEqual(
    BY_STAY,
  )
})

test('lines that only have a last change are in a period by it, also beside a list that they reference', () => {
  const sql = 'SELECT kind, count(*) FROM beds b JOIN kinds k ON k.kind_id = b.kind_id GROUP BY 1'
  const byBed = [[['beds', 'changed_at']], [], 'The period reads Beds by Changed.']
  expect(periodOf('SELECT count(*) FROM beds')).toEqual(byBed)
  expect(periodOf(sql)).toEqual(byBed)
})

test('where no table is certainly the event, the period is named as one that does nothing', () => {
  expect(periodOf('SELECT count(*) FROM talks JOIN halls ON halls.hall_id = talks.hall_id')).toEqual([
    [],
    ['From'],
    "Other tables of the statement reference Halls, so it is not certain whose rows a period counts. Write the days into the statement, such as WHERE halls.opened_on >= DATE '2026-01-01'.",
  ])
  expect(periodOf('SELECT count(*) FROM halls JOIN readings ON true')).toEqual([
    [],
    ['From'],
    "Halls and Readings have times, and none references the other, so it is not certain whose rows a period counts. Write the days into the statement, such as WHERE halls.opened_on >= DATE '2026-01-01'.",
  ])
  expect(periodOf('SELECT count(*) FROM guests')).toEqual([
    [['guests', 'joined_on']],
    [],
    'The period reads Guests by Joined.',
  ])
})

test('another statement about a panel is in the period of the table that the panel is', () => {
  const sql = `SELECT count(*) ${STAYS_OF_GUESTS}`
  const filters = filtersOf([sql], [], MASTERS)
  const other = 'SELECT guest_id, joined_on FROM guests'
  expect(
    narrowedStatement(other, filtersFor(filters, sql, MASTERS), { from: '2026-01-05' }, MASTERS),
  ).toEqual({
    sql: other,
    ignored: ['From'],
  })
})

test('a declared bound of several tables leaves the one that another of them references whole', () => {
  const since: Filter = {
    ...FILTER,
    name: 'since',
    label: 'Since',
    column: 'begun_on',
    tables: ['stays', 'nights'],
    values: '',
    is_from: true,
    panels: [],
  }
  const sql = 'SELECT count(*) FROM nights JOIN stays ON stays.stay_id = nights.stay_id'
  expect(filtersFor([since], sql, MASTERS).map(({ tables }) => tables)).toEqual([['nights']])
})

test('a heading with the name of a table brings no filter to it, and the statement stays as it is', () => {
  const risks = testTable('risks', [testColumn('guest_id'), testColumn('is_late')], of)
  const tables = [...TABLES, risks]
  const sql = 'SELECT count(*) AS trips FROM risks WHERE is_late'
  expect(
    narrowedStatement(sql, filtersOf([TRIPS, sql], [BOARD], tables), { region: 'Alps' }, tables),
  ).toEqual({
    sql,
    ignored: ['Region'],
  })
  // A comment and a text are no table either.
  const spoken = "SELECT 'trips' AS x /* FROM trips */ FROM risks"
  expect(filtersOf([spoken], [BOARD], tables)).toEqual([])
})

test('a table is narrowed in the subquery that has its name, and in any letters', () => {
  const narrowed = (sql: string) => narrowedStatement(sql, FILTERS, { region: 'Alps' }, TABLES)
  const own = 'WITH trips AS (SELECT trips.region FROM trips) SELECT region FROM trips'
  expect(narrowed(own).sql).toMatch(
    /^WITH filtered_trips AS \([^]*\),\ntrips AS \(SELECT trips\.region FROM filtered_trips AS trips\) SELECT region FROM trips$/,
  )
  expect(narrowed(own).ignored).toEqual([])
  expect(narrowed('select 1 from "Trips" t').sql).toMatch(/^WITH trips AS \([^]*\)\nselect 1 from "Trips" t$/)
  expect(narrowed(`SELECT 'lake.trips' FROM lake.trips`).sql).toMatch(/\nSELECT 'lake\.trips' FROM trips$/)
})

test('a share of a total under a filter is said to be of what the filter leaves', () => {
  const isOfRest = (sql: string, chosen: object = { region: 'Alps' }) =>
    narrowedStatement(sql, FILTERS, { ...chosen }, TABLES).isOfRest === true
  const by = 'FROM trips GROUP BY region'
  expect(isOfRest(`SELECT region, count(*) * 1.0 / sum(count(*)) OVER () AS share ${by}`)).toBe(true)
  expect(isOfRest(`SELECT region, count(*) * 1.0 / (SELECT count(*) FROM trips) AS share ${by}`)).toBe(true)
  expect(isOfRest(`SELECT region, count(*) / 2 AS half ${by}`)).toBe(false)
  expect(isOfRest(`SELECT region, count(*) / lag(count(*)) OVER (ORDER BY region) AS x ${by}`)).toBe(false)
  expect(isOfRest(`SELECT region, count(*) * 1.0 / sum(count(*)) OVER () AS share ${by}`, {})).toBe(false)
  expect(isOfRest('SELECT article, 1.0 / sum(1) OVER () AS share FROM prices')).toBe(false)
})

test('a period says of which days it leaves the rows of a statement, where it narrows them', () => {
  const chosen = { from: '2026-01-05', until: '2026-02-11', region: 'Alps' }
  const boundsOf = (sql: string) => narrowedStatement(sql, FILTERS, chosen, TABLES).bounds
  expect(boundsOf(TRIPS)).toEqual({ from: '2026-01-05', until: '2026-02-11', ofDays: 'begun_on' })
  expect(boundsOf(PRICES)).toBeUndefined()
})
