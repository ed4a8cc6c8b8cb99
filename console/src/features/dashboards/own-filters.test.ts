import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { filtersFor } from './filters'
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
  const chosen = { from: ['2026-01-05'], region: ['Alps'] }
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
  expect(narrowedStatement(TRIPS, FILTERS, { region: ['Alps'] }, TABLES).period).toBeUndefined()
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
  const chosen = { region: ['Alps'] }
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
  const chosen = { from: ['2026-01-05'] }
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
    narrowedStatement(other, filtersFor(filters, sql, MASTERS), { from: ['2026-01-05'] }, MASTERS),
  ).toEqual({
    sql: other,
    ignored: ['From'],
  })
})

test('a share of a total under a filter is said to be of what the filter leaves', () => {
  const isOfRest = (sql: string, chosen: object = { region: ['Alps'] }) =>
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
  const chosen = { from: ['2026-01-05'], until: ['2026-02-11'], region: ['Alps'] }
  const boundsOf = (sql: string) => narrowedStatement(sql, FILTERS, chosen, TABLES).bounds
  expect(boundsOf(TRIPS)).toEqual({ from: '2026-01-05', until: '2026-02-11', ofDays: 'begun_on' })
  expect(boundsOf(PRICES)).toBeUndefined()
})
