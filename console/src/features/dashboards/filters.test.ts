import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { valuesOfList } from '../catalog/row-filters'
import {
  countedValues,
  asksForDay,
  filteredByRows,
  filteredSql,
  narrowed,
  narrowedLike,
  shortWords,
  takesSeveral,
} from './filters'

const column = (name: string, type: string) => testColumn(name, { type })
const TABLES = [
  testTable(
    'history',
    [
      column('series', 'varchar'),
      column('month_on', 'date'),
      column('amount', 'double'),
      column('paid_at', 'timestamp'),
    ],
    { database: 'lake_prod', system: 'own' },
  ),
]
const FILTER: Schemas['DashboardFilter'] = {
  name: 'series',
  label: 'Series',
  column: 'series',
  tables: ['history'],
  values: '',
  whole: '',
  is_from: false,
  is_until: false,
  through: '',
  panels: [],
}
const PANEL = {
  name: 'sum',
  table: 'history',
  rows: ['amount:ge:0'],
  sql: 'SELECT sum(amount) AS value FROM history',
}

test('a filter through a dataset keeps the rows whose key has the value there', () => {
  const guests = testTable('guests', [column('series', 'varchar'), column('country', 'varchar')], {
    database: 'lake_curated',
  })
  const country = { ...FILTER, name: 'country', column: 'country', through: 'guests.series' }
  const of = narrowed(PANEL, [country], { country: ['IE'] }, [...TABLES, guests])
  expect(of.sql).toContain("WHERE series IN (SELECT series FROM lake_curated.guests WHERE country = 'IE')")
  expect(of.words).toEqual(['Series: Ireland'])
  expect(of.rows).toEqual(['amount:ge:0'])
})

test('another statement is narrowed like one that was pinned under the filters of its page', () => {
  const narrow = (sql: string) => filteredSql({ name: 'sum', sql }, [FILTER], { series: ['a'] }, TABLES)
  const [plain, own] = [
    'SELECT max(error) FROM history',
    'WITH x AS (SELECT 1)\nSELECT error FROM history, x',
  ]
  for (const sql of [plain, own]) expect(narrowedLike(narrow(PANEL.sql), sql)).toBe(narrow(sql))
  expect(narrowedLike(PANEL.sql, plain)).toBe(plain)
  expect(
    narrowedLike('WITH x AS (\n  SELECT a\n  FROM lake.history\n  WHERE a > 1\n)\nSELECT 1', plain),
  ).toBe(plain)
})

test('a statement about a table follows the conditions of its rows that a filter has too', () => {
  const sql = 'SELECT max(error) AS error FROM history'
  const about = (column: string, operator = 'eq') =>
    filteredByRows(
      sql,
      'history',
      [{ ...FILTER, panels: ['sum'] }],
      [{ column, operator, value: 'region=DE' }],
      TABLES,
    )
  expect(about('series')).toContain("WHERE series = 'region=DE'")
  expect(about('month_on')).toBe(sql)
  expect(about('series', 'contains')).toBe(sql)
})

const PERIOD = [
  { ...FILTER, name: 'from', label: 'Paid from', column: 'paid_at', is_from: true },
  { ...FILTER, name: 'until', label: 'Paid until', column: 'paid_at', is_until: true },
]

test('a period of a timestamp has its first and its last day whole', () => {
  const { sql, rows } = narrowed(PANEL, PERIOD, { from: ['2026-01-02'], until: ['2026-01-05'] }, TABLES)
  expect(sql).toContain(
    "WHERE CAST(paid_at AS date) >= DATE '2026-01-02' AND CAST(paid_at AS date) <= DATE '2026-01-05'",
  )
  expect(rows).toEqual(['amount:ge:0', 'paid_at:ge:2026-01-02', 'paid_at:le:2026-01-05T23:59:59.999999'])
  expect(PERIOD.map((one) => asksForDay(one, TABLES))).toEqual([true, true])
  expect(
    asksForDay({ ...FILTER, values: 'SELECT month_on', column: 'month_on', is_until: true }, TABLES),
  ).toBe(false)
})

test('a panel keeps its statement and names the filter where it reads no filtered table', () => {
  const other = { name: 'quality', table: 'quality', rows: [], sql: 'SELECT count(*) AS value FROM quality' }
  expect(narrowed(other, [FILTER], { series: ['a'] }, TABLES)).toMatchObject({
    sql: other.sql,
    ignored: ['Series'],
    rows: [],
  })
  expect(narrowed(PANEL, [FILTER], { series: ['a'] }, TABLES).ignored).toEqual([])
  expect(narrowed(PANEL, [{ ...FILTER, panels: ['other'] }], { series: ['a'] }, TABLES).ignored).toEqual([
    'Series',
  ])
  expect(narrowed(PANEL, [FILTER], {}, TABLES).ignored).toEqual([])
})

test('the rows behind a panel keep its filters', () => {
  expect(narrowed(PANEL, [FILTER], { series: ['a'] }, TABLES).rows).toEqual(['amount:ge:0', 'series:eq:a'])
})

test('another statement about a panel follows its filters, and those of other panels do not change it', () => {
  const sql = 'SELECT avg(amount) AS error FROM history'
  expect(narrowed(PANEL, [FILTER], { series: ['a'] }, TABLES).narrow(sql)).toContain("WHERE series = 'a'")
  expect(narrowed(PANEL, [{ ...FILTER, panels: ['other'] }], { series: ['a'] }, TABLES).narrow(sql)).toBe(sql)
  expect(narrowed(PANEL, [FILTER], {}, TABLES).narrow(sql)).toBe(sql)
})

test('the chosen filters that change a panel are put in words', () => {
  const filters = [FILTER, { ...FILTER, name: 'other', label: 'Other', panels: ['other'] }]
  expect(narrowed(PANEL, filters, { series: ['a'], other: ['b'] }, TABLES).words).toEqual(['Series: a'])
  expect(narrowed(PANEL, PERIOD, { from: ['2026-01-02'] }, TABLES).words).toEqual([
    `${PERIOD[0]?.label}: 2 Jan 2026`,
  ])
  expect(narrowed(PANEL, filters, {}, TABLES).words).toEqual([])
})

test('several values are in words, rows and address, and a short text counts more than two', () => {
  const of = narrowed(PANEL, [FILTER], { series: ['a', 'b'] }, TABLES)
  expect(of.words).toEqual(['Series: a or b'])
  expect(of.rows).toEqual(['amount:ge:0', 'series:in:a,b'])
  const [, ofComma = ''] = narrowed(PANEL, [FILTER], { series: ['a, b', 'c\\'] }, TABLES).rows
  expect(ofComma).toBe('series:in:a\\, b,c\\\\')
  expect(valuesOfList(ofComma.replace('series:in:', ''))).toEqual(['a, b', 'c\\'])
  const field = (...values: string[]) => countedValues({ label: 'Region' }, values)
  expect([field('a'), field('a', 'b')]).toEqual(['', '2 regions'])
  expect(of.address).toBe('series=a&series=b')
  const short = (label: string, ...values: string[]) => shortWords({ label, column: 'x' }, values)
  expect(short('Region', 'a', 'b')).toBe('Region: a or b')
  expect(short('Region', 'a', 'b', 'c')).toBe('3 regions')
  expect(short('Category', 'a', 'b', 'c')).toBe('3 categories')
  expect(short('Series', 'a', 'b', 'c')).toBe('3 series')
})

test('an end of a period and a part in place of the whole are one value', () => {
  const several = [FILTER, ...PERIOD, { ...FILTER, whole: 'total' }].map(takesSeveral)
  expect(several).toEqual([true, false, false, false])
})
