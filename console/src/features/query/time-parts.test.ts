import { expect, test } from 'vitest'

import { drawable, measures, suggested } from './chart-choice'
import { drawn } from './drawn-chart'

const part = (name: string, period: string) => ({ name, type: 'bigint', kind: 'name' as const, period })
const YEAR = part('year', 'year')
const MONTH = part('month', 'month')
const COUNT = { name: 'orders', type: 'bigint' }
const REGION = { name: 'region', type: 'varchar' }
const SQL =
  'select year(at) as year, month(at) as month, region, count(*) as orders from t group by 1, 2, 3 order by 1, 2'
const ROWS = [
  [2009, 12, 'DE', 5],
  [2009, 12, 'FR', 7],
  [2010, 1, 'DE', 6],
  [2010, 1, 'FR', 8],
]

test('a year and a month are one axis of time, and neither is a measure', () => {
  const columns = [YEAR, MONTH, REGION, COUNT]
  expect(measures(columns, SQL)).toEqual(['orders'])
  const choice = suggested(columns, ROWS, SQL)
  expect(choice).toEqual({ x: 'month', y: ['orders'], series: 'region' })
  const shown = choice && drawn(columns, ROWS, choice, SQL)
  expect(shown?.rows).toEqual([
    ['2009-12-01', 'DE', 5],
    ['2009-12-01', 'FR', 7],
    ['2010-01-01', 'DE', 6],
    ['2010-01-01', 'FR', 8],
  ])
  expect([shown?.panel.kind, shown?.period, shown?.addedUp]).toEqual(['line', 'month', []])
})

test('quarters, weeks and days have their year, too', () => {
  const placesOf = (columns: ReturnType<typeof part>[], ...rows: number[][]) => {
    const all = [...columns, COUNT]
    const choice = suggested(all, rows)
    return choice && drawn(all, rows, choice).rows.map(([place]) => place)
  }
  expect(placesOf([YEAR, part('q', 'quarter')], [2009, 4, 1], [2010, 1, 2])).toEqual([
    '2009-10-01',
    '2010-01-01',
  ])
  expect(placesOf([YEAR, MONTH, part('d', 'day')], [2010, 1, 3, 1], [2009, 12, 31, 2])).toEqual([
    '2009-12-31',
    '2010-01-03',
  ])
  // The days before the first Monday of a year are of the last week of the year before.
  expect(placesOf([YEAR, part('w', 'week')], [2009, 53, 1], [2010, 53, 2], [2010, 1, 3])).toEqual([
    '2009-12-28',
    '2010-01-04',
  ])
  expect(placesOf([YEAR], [2010, 3], [2009, 2])).toEqual(['2009-01-01', '2010-01-01'])
})

test('each year as a line of its own has the months by name', () => {
  const columns = [YEAR, MONTH, COUNT]
  const rows = [
    [2010, 2, 4],
    [2010, 1, 3],
    [2009, 12, 2],
  ]
  const shown = drawn(columns, rows, { x: 'month', y: ['orders'], series: 'year' })
  expect(shown.rows).toEqual([
    ['Jan', '2010', 3],
    ['Feb', '2010', 4],
    ['Dec', '2009', 2],
  ])
  expect([shown.panel.kind, shown.order]).toEqual(['line', ['2009', '2010']])
})

test('hours and weekdays are groups in their own order, and Monday is 1', () => {
  const columns = [part('h', 'hour'), part('weekday', 'day_of_week'), COUNT]
  const rows = [
    [9, 7, 1],
    [10, 1, 2],
    [8, 1, 3],
  ]
  const choice = suggested(columns, rows, 'select 1 order by 2, 1')
  expect(choice).toEqual({ x: 'h', y: ['orders'], series: 'weekday' })
  const shown = choice && drawn(columns, rows, choice)
  expect([shown?.panel.kind, shown?.rows, shown?.order]).toEqual([
    'bar',
    [
      ['08:00', 'Monday', 3],
      ['09:00', 'Sunday', 1],
      ['10:00', 'Monday', 2],
    ],
    ['Monday', 'Sunday'],
  ])
  const days = drawn(columns, rows, { x: 'weekday', y: ['orders'], series: '' })
  expect(days.rows).toEqual([
    ['Monday', 5],
    ['Sunday', 1],
  ])
  // DuckDB numbers Sunday 0.
  expect(drawn(columns, [[9, 0, 1]], { x: 'weekday', y: ['orders'], series: '' }).rows).toEqual([
    ['Sunday', 1],
  ])
})

test('a column of the GROUP BY is no measure, by its place, its name or its expression', () => {
  const columns = ['size', 'width', 'height', 'n'].map((name) => ({ name, type: 'bigint' }))
  const sql = 'select size, t.width, floor(t.high / 10) as height, count(*) as n from t group by 1, width, '
  expect(measures(columns, `${sql}floor(t.high/10) order by 1, 2`)).toEqual(['n'])
  expect(measures(columns, 'select size, width, height, n from t order by 1')).toHaveLength(4)
  expect(measures(columns, 'select * from (select size, n from t group by 1, 2) order by 1')).toHaveLength(4)
})

test('a link that draws a part of a date or a key as the measure shows what the answer suggests', () => {
  const columns = [YEAR, MONTH, REGION, COUNT]
  const answer = { columns, rows: ROWS, query: { sql: SQL } }
  const wanted = { x: 'month', y: ['orders'], series: 'region' }
  expect(drawable(answer, { x: 'year', y: ['month'], series: 'region' })).toEqual(wanted)
  const own = { x: 'region', y: ['orders'], series: '' }
  expect(drawable(answer, own)).toEqual(own)
})

test('ids are never on the axis of a line: they are bars, the largest of many', () => {
  const columns = [
    { name: 'customer_id', type: 'bigint', kind: 'name' as const },
    { name: 'spent', type: 'double' },
  ]
  const rows = Array.from({ length: 60 }, (_, at) => [1000 + at, at])
  const choice = { x: 'customer_id', y: ['spent'], series: '' }
  expect(suggested(columns, rows)).toEqual(choice)
  const shown = drawn(columns, rows, { ...choice, kind: 'line' })
  expect([shown.panel.kind, shown.rows.length, shown.rows[0], shown.rows[49]]).toEqual([
    'bar',
    50,
    [1059, 59],
    [1010, 10],
  ])
  expect(shown.note).toBe('The 50 of 60 with the largest Spent are drawn.')
  // An order by the measure is the person's own.
  const ordered = drawn(columns, rows, choice, 'select customer_id, spent from t order by spent')
  expect([ordered.rows[0], ordered.note]).toEqual([[1000, 0], 'The first 50 of 60 values are drawn.'])
})

test('a column that its contract does not add up is treated as an average is', () => {
  const columns = [REGION, { name: 'price', type: 'double', adds_up: false }]
  const rows = [
    ['DE', 5],
    ['DE', 6],
  ]
  const shown = drawn(columns, rows, { x: 'region', y: ['price'], series: '' })
  expect([shown.rows, shown.isAddable]).toEqual([[], false])
  expect(shown.refused).toMatch(/^Price cannot be added up/)
  const named = [REGION, { name: 'unit_weight', type: 'double' }]
  expect(drawn(named, rows, { x: 'region', y: ['unit_weight'], series: '' }).isAddable).toBe(false)
  expect(drawn([REGION, COUNT], rows, { x: 'region', y: ['orders'], series: '' }).isAddable).toBe(true)
})

test('a table with a year and a month as numbers has them by their names', () => {
  const columns = ['year', 'month', 'planned'].map((name) => ({ name, type: 'int' }))
  const rows = [
    [2010, 1, 7],
    [2009, 12, 5],
  ]
  const choice = suggested(columns, rows)
  expect(choice).toEqual({ x: 'month', y: ['planned'], series: '' })
  expect(choice && drawn(columns, rows, choice).rows).toEqual([
    ['2009-12-01', 5],
    ['2010-01-01', 7],
  ])
  // Without a year a month may be a measure, such as how old something is.
  expect(measures([{ name: 'month', type: 'int' }])).toEqual(['month'])
})
