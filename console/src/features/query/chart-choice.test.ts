import { expect, test } from 'vitest'

import { chartDrawing, drawable, suggested } from './chart-choice'
import { drawn } from './drawn-chart'

const DAILY = [
  { name: 'datum', type: 'date' },
  { name: 'filiale', type: 'varchar' },
  { name: 'umsatz', type: 'decimal(10,2)' },
]
const SALES = [
  ['2026-01-02', 'Mitte', '20.00'],
  ['2026-01-01', 'Mitte', '10.00'],
  ['2026-01-01', 'Nord', '5.50'],
  ['2026-01-01', 'Nord', '1.25'],
]

test('a number over a day is a line for each name', () => {
  expect(suggested(DAILY, SALES)).toEqual({ x: 'datum', y: ['umsatz'], series: 'filiale' })
})

test('a number of nine names over a day is a line for each as well, and nothing is added up', () => {
  const rows = ['2026-01-01', '2026-01-02'].flatMap((day) =>
    Array.from({ length: 9 }, (_, at) => [day, `Filiale ${at}`, at]),
  )
  const choice = suggested(DAILY, rows)
  expect(choice).toEqual({ x: 'datum', y: ['umsatz'], series: 'filiale' })
  expect(choice && drawn(DAILY, rows, choice).addedUp).toEqual([])
})

test('points are in the order of time, and rows of one point are added up', () => {
  const shown = drawn(DAILY, SALES, { x: 'datum', y: ['umsatz'], series: 'filiale' })
  expect(shown.panel.kind).toBe('line')
  expect(shown.rows).toEqual([
    ['2026-01-01', 'Mitte', '10.00'],
    ['2026-01-01', 'Nord', 6.75],
    ['2026-01-02', 'Mitte', '20.00'],
  ])
  expect([shown.addedUp, shown.rowsRead, shown.note]).toEqual([['datum', 'filiale'], 4, ''])
})

test('a number over names is a bar for each, in the order of the answer', () => {
  const columns = [
    { name: 'warengruppe', type: 'varchar' },
    { name: 'menge', type: 'bigint' },
  ]
  const rows = [
    ['Räder', 7],
    ['Licht', 9],
  ]
  expect(suggested(columns, rows)).toEqual({ x: 'warengruppe', y: ['menge'], series: '' })
  const shown = drawn(columns, rows, { x: 'warengruppe', y: ['menge'], series: '' })
  expect([shown.panel.kind, shown.rows, shown.note]).toEqual(['bar', rows, ''])
})

test('of two names the one with few values is the parts of the bars, so that nothing is added up', () => {
  const columns = [
    { name: 'region', type: 'varchar' },
    { name: 'warengruppe', type: 'varchar' },
    { name: 'menge', type: 'bigint' },
  ]
  const rowsOf = (groups: number) =>
    ['Nord', 'Mitte'].flatMap((region) =>
      Array.from({ length: groups }, (_, at) => [region, `Gruppe ${at}`, at]),
    )
  const choice = suggested(columns, rowsOf(10))
  expect(choice).toEqual({ x: 'warengruppe', y: ['menge'], series: 'region' })
  expect(choice && drawn(columns, rowsOf(10), choice).addedUp).toEqual([])
  expect(suggested(columns, rowsOf(3))).toEqual({ x: 'region', y: ['menge'], series: 'warengruppe' })
  const long = Array.from({ length: 40 }, (_, at) => [`Ort ${at}`, `Gruppe ${at % 14}`, at])
  expect(suggested(columns, long)).toEqual({ x: 'region', y: ['menge'], series: 'warengruppe' })
  expect(suggested(columns, rowsOf(60))).toEqual({ x: 'region', y: ['menge'], series: '' })
})

test('each series has a line of its own where its rows would be added up, also where an id names it', () => {
  const columns = [
    { name: 'series_id', type: 'varchar' },
    { name: 'period_on', type: 'date' },
    { name: 'revenue', type: 'double' },
  ]
  const rowsOf = (series: number) =>
    ['2026-01-05', '2026-01-12'].flatMap((day) =>
      Array.from({ length: series }, (_, at) => [`category=${at}`, day, at]),
    )
  const asked = { x: 'period_on', y: ['revenue'], series: 'series_id' }
  expect(suggested(columns, rowsOf(9))).toEqual(asked)
  expect(suggested(columns, rowsOf(3))).toEqual(asked)
  // More lines than a person distinguishes are added up.
  expect(suggested(columns, rowsOf(40))).toEqual({ ...asked, series: '' })
})

test('a month as text is a time, and an id is no measure', () => {
  const columns = [
    { name: 'customer_id', type: 'bigint' },
    { name: 'month', type: 'varchar' },
    { name: 'revenue', type: 'double' },
  ]
  expect(suggested(columns, [[1, '2026-01', 2.5]])).toEqual({ x: 'month', y: ['revenue'], series: '' })
})

test('an answer without a number has no chart', () => {
  expect(suggested([{ name: 'sku', type: 'varchar' }], [['A-1']])).toBeUndefined()
})

test('a long answer says how much of it is drawn', () => {
  const rows = Array.from({ length: 60 }, (_, at) => [`A-${at}`, at])
  const columns = [
    { name: 'sku', type: 'varchar' },
    { name: 'sold', type: 'bigint' },
  ]
  const shown = drawn(columns, rows, { x: 'sku', y: ['sold'], series: '' })
  expect([shown.rows.length, shown.note]).toEqual([50, 'The first 50 of 60 values are drawn.'])
})

test('a chosen kind is drawn, and bars over time are those of the newest periods in their order', () => {
  const choice = { x: 'datum', y: ['umsatz'], series: '' }
  const bars = drawn(DAILY, SALES, { ...choice, kind: 'bar' })
  expect([bars.panel.kind, bars.rows.map(([day]) => day)]).toEqual(['bar', ['2026-01-01', '2026-01-02']])
  const days = Array.from({ length: 60 }, (_, at) => [
    new Date(Date.UTC(2026, 0, 60 - at)).toISOString().slice(0, 10),
    'Mitte',
    '1',
  ])
  const many = drawn(DAILY, days, { ...choice, kind: 'bar' })
  expect([many.rows.length, many.rows[0]?.[0], many.rows.at(-1)?.[0]]).toEqual([
    50,
    '2026-01-11',
    '2026-03-01',
  ])
  expect(many.note).toBe('The last 50 of 60 days are drawn.')
  const names = [
    { name: 'warengruppe', type: 'varchar' },
    { name: 'menge', type: 'bigint' },
  ]
  const rows = [
    ['Räder', 7],
    ['Licht', 9],
  ]
  const line = drawn(names, rows, { x: 'warengruppe', y: ['menge'], series: '', kind: 'line' })
  expect([line.panel.kind, line.rows]).toEqual(['line', rows])
})

test('the measure is the one by which the statement orders its rows', () => {
  const columns = ['region', 'orders', 'revenue'].map((name) => ({
    name,
    type: name === 'region' ? 'varchar' : 'bigint',
  }))
  const rows = [
    ['IE', 3, 900],
    ['DE', 5, 80],
  ]
  const measureOf = (end: string) =>
    drawable(
      {
        columns,
        rows,
        query: { sql: `SELECT region, orders, revenue FROM (SELECT 1 ORDER BY orders) t ${end}` },
      },
      undefined,
    )?.y
  expect(measureOf('ORDER BY revenue DESC LIMIT 10')).toEqual(['revenue'])
  expect(measureOf('order by region, t."revenue" desc nulls last')).toEqual(['revenue'])
  expect(measureOf('ORDER BY 1, 3 DESC;')).toEqual(['revenue'])
  expect(measureOf('ORDER BY region')).toEqual(['orders'])
  expect(measureOf('ORDER BY coalesce(revenue, 0), 9')).toEqual(['orders'])
  expect(measureOf('')).toEqual(['orders'])
})

const PARTED = [
  { name: 'month', type: 'date' },
  { name: 'part', type: 'varchar' },
  { name: 'net', type: 'double' },
]
const monthOf = (at: number): string => new Date(Date.UTC(2025, at, 1)).toISOString().slice(0, 10)
const partedRows = (months: number, parts: number, value = (_month: number, part: number) => part + 1) =>
  Array.from({ length: months * parts }, (_, at) => {
    const [month, part] = [Math.floor(at / parts), at % parts]
    return [monthOf(month), `Part ${part}`, value(month, part)]
  })

test('bars are cut by whole periods, so that no bar lacks a part', () => {
  const choice = { x: 'month', y: ['net'], series: 'part', kind: 'bar' as const }
  const all = drawn(PARTED, partedRows(13, 14), choice)
  expect([all.rows.length, all.note]).toEqual([13 * 14, ''])
  const many = drawn(PARTED, partedRows(60, 14), choice)
  expect([many.rows.length, many.note]).toEqual([50 * 14, 'The last 50 of 60 months are drawn.'])
  const beside = drawn(PARTED, partedRows(13, 12), { ...choice, isStacked: false })
  expect([beside.rows.length, beside.note]).toEqual([4 * 12, 'The last 4 of 13 months are drawn.'])
  const names = partedRows(60, 3).map(([, part, net], at) => [`Name ${Math.floor(at / 3)}`, part, net])
  const named = drawn([{ name: 'month', type: 'varchar' }, ...PARTED.slice(1)], names as never, choice)
  expect([named.rows.length, named.note]).toEqual([150, 'The 50 of 60 with the largest Net are drawn.'])
})

test('areas of a series on both sides of zero are not stacked, and the chart says why', () => {
  const choice = { x: 'month', y: ['net'], series: 'part', kind: 'area' as const }
  const rows = partedRows(3, 3, (month, part) => (month === 1 && part === 2 ? -5 : 9))
  const shown = drawn(PARTED, rows, choice)
  expect(shown.panel.is_stacked).toBe(false)
  expect(shown.note).toBe(
    'The areas are not stacked, because Part 2 has values above and below zero. Bars can be stacked.',
  )
  const above = drawn(PARTED, partedRows(3, 3), choice)
  expect([above.panel.is_stacked, above.note]).toEqual([null, ''])
})

test('an average is never added up: each part has a line, or the chart is refused with the remedy', () => {
  const sql = 'select month, part, avg(net) as net from sales group by 1, 2'
  const rows = partedRows(3, 40)
  const choice = suggested(PARTED, rows, sql)
  expect(choice).toEqual({ x: 'month', y: ['net'], series: 'part' })
  const shown = choice && drawn(PARTED, rows, choice, sql)
  expect([shown?.addedUp, shown?.rows.length, shown?.refused]).toEqual([[], 3 * 8, ''])
  expect(shown?.note).toBe('The largest 8 of 40 by Part are drawn.')
  expect(shown?.rows.map(([, part]) => part)).toContain('Part 39')
  const all = drawn(PARTED, rows, { x: 'month', y: ['net'], series: '' }, sql)
  expect(all.rows).toEqual([])
  expect(all.refused).toBe(
    'Net cannot be added up, and several rows have the same Month. Choose the column that tells them apart at “For each”, or group the statement by Month alone.',
  )
  // Bars of averages stand beside each other.
  const bars = drawn(PARTED, partedRows(3, 3), { x: 'month', y: ['net'], series: 'part', kind: 'bar' }, sql)
  expect(bars.panel.is_stacked).toBe(false)
  // Sums are added up as before.
  const sums = sql.replace('avg', 'sum')
  expect(suggested(PARTED, rows, sums)?.series).toBe('')
  expect(drawn(PARTED, rows, { x: 'month', y: ['net'], series: '' }, sums).rows).toHaveLength(3)
})

test('a chart is drawn as a person chose, without what its kind does not have', () => {
  const columns = { x: 'month', y: ['net'], series: 'part', scale: 'log' as const, isStacked: true }
  expect(chartDrawing({ ...columns, kind: 'points' }, true)).toEqual({
    form: 'points',
    scale: 'log',
    is_stacked: null,
  })
  expect(chartDrawing({ ...columns, kind: 'area' }, true)).toEqual({
    form: 'area',
    scale: 'auto',
    is_stacked: true,
  })
  expect(chartDrawing({ ...columns, kind: 'bar' }, false)).toEqual({
    form: '',
    scale: 'auto',
    is_stacked: true,
  })
  const beside = { form: '', scale: 'log', is_stacked: false }
  expect(chartDrawing({ ...columns, kind: 'bar', isStacked: false }, false)).toEqual(beside)
})

test('the legend has the largest series first, and a group without a name is one of them', () => {
  const rows = [
    ['2025-01-01', 'small', 1],
    ['2025-01-01', null, 50],
    ['2025-01-01', 'large', 100],
  ]
  const shown = drawn(PARTED, rows, { x: 'month', y: ['net'], series: 'part' })
  expect(shown.order).toEqual(['large', '–', 'small'])
})

test('where one series would hide the others and no log scale is possible, each has a chart of its own', () => {
  const choice = { x: 'month', y: ['net'], series: 'part' }
  const uneven = (month: number, part: number) => (part === 0 ? 900_000 : part === 1 ? -147 : 300 + month)
  const scaleOf = (value: typeof uneven, parts = 7, own = {}) =>
    drawn(PARTED, partedRows(3, parts, value), { ...choice, ...own }).panel.scale
  expect(scaleOf(uneven)).toBe('each')
  expect(scaleOf(uneven, 7, { scale: 'linear' })).toBe('linear')
  expect(scaleOf(uneven, 7, { kind: 'area' })).toBe('auto')
  expect(scaleOf(uneven, 12)).toBe('auto')
  // Values above zero have a log scale, and like ones need none.
  expect(scaleOf((month, part) => Math.abs(uneven(month, part)))).toBe('auto')
  expect(scaleOf((_, part) => (part === 0 ? 900 : -147))).toBe('auto')
})

test('hours, weekdays and months are never cut, also where bars of many series stand beside each other', () => {
  const columns = [
    { name: 'hour', type: 'bigint', period: 'hour' },
    { name: 'weekday', type: 'bigint', period: 'day_of_week' },
    { name: 'orders', type: 'bigint' },
  ]
  const rows = Array.from({ length: 24 * 7 }, (_, at) => [Math.floor(at / 7), 1 + (at % 7), 1])
  const shown = drawn(columns, rows, { x: 'hour', y: ['orders'], series: 'weekday', isStacked: false })
  expect([shown.rows.length, shown.note]).toEqual([24 * 7, ''])
})

const SEGMENTS = [
  { name: 'recency_days', type: 'int', unit: 'days', adds_up: false },
  { name: 'net', type: 'double', unit: 'GBP' },
  { name: 'segment', type: 'varchar' },
]
const PEOPLE = [
  [49, '10.5', 'lost'],
  [0, '7', 'loyal'],
  [49, '3', 'lost'],
  [112, null, 'lost'],
]

test('the measure that adds up is drawn by itself where rows of one place are added up', () => {
  expect(suggested(SEGMENTS, PEOPLE, 'select * from t')).toEqual({ x: 'segment', y: ['net'], series: '' })
  expect(suggested(SEGMENTS, PEOPLE, 'select * from t order by recency_days')?.y).toEqual(['net'])
  // Each row is a place: nothing is added up.
  const each = [PEOPLE[0], PEOPLE[1]] as never
  expect(suggested(SEGMENTS, each, 'select * from t')?.y).toEqual(['recency_days'])
})

test('two measures against each other are a point for each row, in the order of their numbers', () => {
  const choice = { x: 'recency_days', y: ['recency_days', 'net'], series: '' }
  const shown = drawn(SEGMENTS, PEOPLE, choice, 'select * from t')
  expect([shown.panel.kind, shown.panel.x, shown.panel.y]).toEqual(['scatter', 'recency_days', ['net']])
  expect(shown.rows).toEqual([
    [0, '7'],
    [49, '10.5'],
    [49, '3'],
  ])
  expect([shown.addedUp, shown.note]).toEqual([[], '1 row without one of both numbers has no point.'])
  const parted = drawn(SEGMENTS, PEOPLE, { ...choice, series: 'segment' }, 'select * from t')
  expect(parted.rows[0]).toEqual([0, 'loyal', '7'])
  // A number by which the statement groups is a place of a line.
  const sql = 'select recency_days, sum(net) as net, max(segment) as segment from t group by 1'
  expect(drawn(SEGMENTS, PEOPLE.slice(0, 2), choice, sql).panel.kind).toBe('line')
})

test('days and money are not on one axis: the second measure is named and left out', () => {
  const choice = { x: 'segment', y: ['net', 'work'], series: '' }
  const columns = [{ name: 'work', type: 'int', unit: 'days' }, ...SEGMENTS.slice(1)]
  const shown = drawn(columns, PEOPLE, choice, 'select * from t')
  expect([shown.panel.y, shown.columns]).toEqual([['net'], ['segment', 'net']])
  expect(shown.note).toBe('Work is not drawn: one axis cannot have it with Net.')
})

test('the bars of an answer with codes and names have the names', () => {
  const columns = [
    { name: 'item_id', type: 'varchar' },
    { name: 'item_name', type: 'varchar' },
    { name: 'n', type: 'bigint' },
  ]
  const rows = [
    ['a1', 'Lamp', 3],
    ['b2', 'Bowl', 2],
  ]
  expect(suggested(columns, rows)).toEqual({ x: 'item_name', y: ['n'], series: '' })
  // Two codes of one name would be added up.
  const alike = [...rows, ['c3', 'Bowl', 1]]
  expect(suggested(columns, alike)?.x).toBe('item_id')
})

test('stacked bars are in the order of their totals only where the statement orders by nothing but what they show', () => {
  const columns = [
    { name: 'kind', type: 'varchar' },
    { name: 'place', type: 'varchar' },
    { name: 'n', type: 'bigint' },
    { name: 'rank', type: 'bigint' },
  ]
  const rows = [
    ['bowls', 'north', 9, 1],
    ['lamps', 'north', 6, 2],
    ['lamps', 'south', 5, 2],
  ]
  const choice = { x: 'kind', y: ['n'], series: 'place' }
  const barsOf = (order: string) => {
    const sql = `select kind, place, sum(m) as n, rank from t group by kind, place, rank ${order}`
    return drawn(columns, rows, choice, sql).rows.map(([kind]) => kind)
  }
  const byTotal = ['lamps', 'lamps', 'bowls']
  for (const order of ['', 'order by n desc', 'order by 3 desc', 'order by sum(m) desc nulls last'])
    expect(barsOf(order)).toEqual(byTotal)
  const asAnswered = ['bowls', 'lamps', 'lamps']
  for (const key of [
    'kind',
    'rank',
    'n desc, rank',
    'lower(kind)',
    "case kind when 'bowls' then 1 else 2 end",
  ])
    expect(barsOf(`order by ${key}`)).toEqual(asAnswered)
})

const TOP_TEN = `with sold as (select region_id, article, sum(pieces) as pieces, sum(amount) as sales from lines group by 1, 2),
  placed as (select *, row_number() over (partition by region_id order by sales desc) as place from sold)
  select r.region_name, place, article, pieces, sales from placed p join regions r on r.region_id = p.region_id
  where place <= 10 order by region_name, place`
const OF_TOP_TEN = [
  { name: 'region_name', type: 'varchar' },
  { name: 'place', type: 'bigint', kind: 'rank' as const, adds_up: false },
  { name: 'article', type: 'varchar' },
  { name: 'pieces', type: 'bigint' },
  { name: 'sales', type: 'double' },
]
const TOP_ROWS = [
  'Austria',
  'Belgium',
  'Chile',
  'Denmark',
  'Egypt',
  'France',
  'Ghana',
  'Haiti',
  'Italy',
].flatMap((region) => [1, 2, 3].map((place) => [region, place, `${region} ${place}`, 9 - place, 100 - place]))

test('a rank is no measure of a default chart: a top ten draws the measure by which its rows are ranked', () => {
  const choice = suggested(OF_TOP_TEN, TOP_ROWS, TOP_TEN)
  expect(choice).toEqual({ x: 'region_name', y: ['sales'], series: '' })
  expect(suggested(OF_TOP_TEN.slice(0, 2), TOP_ROWS, TOP_TEN)).toBeUndefined()
  const ofPlaces = OF_TOP_TEN.filter(({ name }) => name === 'place' || name === 'sales')
  expect(
    suggested(ofPlaces, [
      [1, 90],
      [2, 80],
    ]),
  ).toEqual({ x: 'place', y: ['sales'], series: '' })
})

test('a rank that a person draws is never added up', () => {
  const shown = drawn(OF_TOP_TEN, TOP_ROWS, { x: 'region_name', y: ['place'], series: '' }, TOP_TEN)
  expect(shown.refused).not.toBe('')
})

test('a rank orders by a computed value as its column does', () => {
  const sql =
    'select day, rank() over (order by sum(b) desc) as place, sum(a) as a, sum(b) as b from t group by 1'
  const columns = [
    { name: 'day', type: 'date' },
    { name: 'place', type: 'bigint', kind: 'rank' as const },
    { name: 'a', type: 'double' },
    { name: 'b', type: 'double' },
  ]
  expect(suggested(columns, [['2026-01-01', 1, 5, 6]], sql)?.y).toEqual(['b'])
})
