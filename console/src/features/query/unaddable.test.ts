import { expect, test } from 'vitest'

import { unaddable } from './unaddable'

const columnsOf = (...names: string[]) => names.map((name) => ({ name }))
const of = (sql: string, ...names: string[]) => [...unaddable(sql, columnsOf(...names))]

test('averages, extremes, quotients and counts of different values are not added up', () => {
  const sql = `select date_trunc('month', o.at) as month, avg(i.price) as paid, count(distinct o.guest) as guests,
    max(i.price) as top_price, sum(a) / nullif(sum(b), 0) as part, count(*) as orders, sum(a) / 100.0 as net
    from orders o join items i on i.id = o.id group by 1 order by 1`
  expect(of(sql, 'month', 'paid', 'guests', 'top_price', 'part', 'orders', 'net')).toEqual([
    'paid',
    'guests',
    'top_price',
    'part',
  ])
})

test('a sum of quotients is added up, a quotient of sums is not', () => {
  expect(
    of(
      'select day, sum(price / coalesce(rate, 1)) as net, sum(a) / sum(b) as part from t',
      'day',
      'net',
      'part',
    ),
  ).toEqual(['part'])
})

test('a column of an inner SELECT is what that one computes', () => {
  expect(
    of('with t as (select a, max(b) as peak from u group by 1) select a, peak from t', 'a', 'peak'),
  ).toEqual(['peak'])
  expect(of('select * from (select a, avg(b) as b from u group by 1) where a > 1', 'a', 'b')).toEqual(['b'])
  expect(of('select sum(b) as b from (select max(b) as b from u group by a)', 'b')).toEqual([])
})

test('a column of a table is known by its name, its unit or its kind', () => {
  expect(of('select * from t', 'fail_rate', 'sold', 'avg_price')).toEqual(['fail_rate', 'avg_price'])
  expect([
    ...unaddable('select * from t', [
      { name: 'a', unit: 'share' },
      { name: 'b', kind: 'mean' },
    ]),
  ]).toEqual(['a', 'b'])
  expect(of("select 'avg(x) / y, ' as a, count(*) as rate from t", 'a', 'rate')).toEqual([])
})

test('what a contract does not add up, and an amount per thing, are no parts of a whole; an amount per period is', () => {
  const columns = [
    { name: 'a', adds_up: false },
    { name: 'b', unit: 'GBP per 1,000 people' },
    { name: 'c', unit: 'GBP per period' },
    { name: 'd', unit: 'GBP', adds_up: true },
    { name: 'e', unit: 'share per period' },
    { name: 'sold_per_visit' },
  ]
  expect([...unaddable('select * from t', columns)]).toEqual(['a', 'b', 'e', 'sold_per_visit'])
})

test('days since something, ages and ranks are no parts of a whole, and days of work are', () => {
  const columns = [
    { name: 'recency_days' },
    { name: 'age_days' },
    { name: 'days_since_login' },
    { name: 'left_days_ago' },
    { name: 'risk_rank' },
    { name: 'quiet', label: 'Since the last order' },
    { name: 'idle', unit: 'days since the last order' },
    { name: 'score_of', unit: 'standard deviations' },
    { name: 'work_days', unit: 'days' },
    { name: 'pages', label: 'Pages' },
  ]
  const whole = [...unaddable('select * from t', columns)]
  expect(whole).toEqual(columns.slice(0, 8).map(({ name }) => name))
  const sql =
    "select date_diff('day', seen, current_date) as quiet, sum(date_diff('hour', a, b)) as work from t"
  expect(of(sql, 'quiet', 'work')).toEqual(['quiet'])
})
