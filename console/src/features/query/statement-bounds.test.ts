import { expect, test } from 'vitest'

import { statementBounds, tighter } from './statement-bounds'
import { endsAt, NO_BOUNDS } from './use-drawn'

const byWeek = (where: string): string =>
  `SELECT date_trunc('week', o.ordered_at) AS week, count(*) AS n FROM orders o WHERE ${where} GROUP BY 1 -- or`

test('the conditions of a statement leave days of its periods', () => {
  const [from, until] = ['2026-01-08', '2026-03-04']
  const simple = "ordered_at >= DATE '2026-01-08' AND o.ordered_at < DATE '2026-03-05' AND country = 'or'"
  expect(statementBounds(byWeek(simple))).toEqual({ from, until })
  const cast =
    "CAST(o.ordered_at AS DATE) >= CAST('2026-01-08' AS DATE) AND ordered_at <= TIMESTAMP '2026-03-04 00:00:00'"
  expect(statementBounds(byWeek(cast))).toEqual({ from, until })
  const between = "ordered_at BETWEEN CAST('2026-01-08' AS DATE) AND DATE '2026-03-04'"
  expect(statementBounds(byWeek(between))).toEqual({ from, until })
})

test('the day of a parameter is a bound as a written one is', () => {
  const sql = byWeek('ordered_at >= :since AND country = :country')
  const declared = `${sql}\n-- :since date = 2026-01-08\n-- :country text = 2026-01-09`
  expect(statementBounds(declared)).toEqual({ from: '2026-01-08', until: '' })
})

test('conditions of another column, of alternatives and of subqueries leave no days', () => {
  const none = { from: '', until: '' }
  expect(statementBounds(byWeek("paid_at >= DATE '2026-01-08'"))).toEqual(none)
  expect(statementBounds(byWeek("ordered_at >= DATE '2026-01-08' OR n = 1"))).toEqual(none)
  expect(statementBounds(`SELECT * FROM (${byWeek("ordered_at >= DATE '2026-01-08'")})`)).toEqual(none)
  expect(statementBounds("SELECT week, n FROM weeks WHERE week >= DATE '2026-01-08'")).toEqual(none)
})

test('the first and the last week that a statement cuts are marked as those that a filter cuts', () => {
  const rows = ['2026-01-05', '2026-01-12', '2026-01-19'].map((week) => [week, 3])
  const sql = byWeek("ordered_at >= DATE '2026-01-08' AND ordered_at < DATE '2026-01-23'")
  const ends = endsAt({ columns: ['week', 'n'], rows }, 'week', '2026-06-30', NO_BOUNDS, sql)
  expect(ends.begun).toEqual({ place: '2026-01-05', from: '2026-01-08' })
  expect(ends.open).toEqual({ place: '2026-01-19', until: '2026-01-22', isFiltered: true })
})

test('of two bounds the tighter one counts', () => {
  const page = { from: '2026-01-10', until: '', ofDays: '' }
  expect(tighter(page, { from: '2026-01-08', until: '2026-02-01' })).toEqual({
    from: '2026-01-10',
    until: '2026-02-01',
    ofDays: '',
  })
})
