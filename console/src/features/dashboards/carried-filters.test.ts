import { expect, test } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import {
  arrivedOf,
  type CarriedWay,
  carriedTo,
  leftFilters,
  waitingAfter,
  withWaiting,
} from './carried-filters'
import type { Filter } from './filters'
import { chosenOf, testFilter } from './test-filters'

const FILTER = testFilter()
const KIND = testFilter({ name: 'kind', label: 'Kind', column: 'kind' })
const LINE = testFilter({ name: 'line', label: 'Hall and kind', column: 'line_id', tables: ['plan'] })
const SINCE = testFilter({ name: 'from', label: 'Since', column: 'visited_on', is_from: true })

const text = (name: string) => testColumn(name)
const key = (name: string) => testColumn(name, { primary_key: true })
const LEVELS = {
  column: 'level',
  rows: { total: [], hall: ['hall_id'], kind: ['kind'], both: ['hall_id', 'kind'] },
}
const PLAN = testTable('plan', [key('line_id'), text('level'), text('hall_id'), text('kind')], {
  database: 'prod',
  system: 'hub',
  levels: LEVELS,
})
const HALLS = testTable('halls', [key('hall_id'), text('hall_name')])
const VISITS = testTable('visits', [text('hall_name'), text('kind'), text('visited_on')], {
  database: 'prod',
  system: 'pulse',
})
const TABLES = [PLAN, HALLS, VISITS]

/** The filters that were chosen on the dashboard “Plan”. */
const leftOf = (filters: Filter[], chosen: Record<string, string>, tables = TABLES) =>
  leftFilters(filters, chosenOf(chosen), tables, () => 'Plan')

/** The filters of the next dashboard after a person chose on the one before. */
const carried = (
  chosen: Record<string, string>,
  before: Filter[],
  next: Filter[],
  tables = TABLES,
): Record<string, string> =>
  Object.fromEntries(
    carriedTo(next, leftOf(before, chosen, tables), tables).map((way: CarriedWay) => [
      way.filter.name,
      'values' in way ? way.values.join(' and ') : way.sql,
    ]),
  )

test('a filter by the same column is carried under the name that the next dashboard has for it', () => {
  expect(carried({ hall: 'North' }, [FILTER], [{ ...FILTER, name: 'place' }, KIND])).toEqual({
    place: 'North',
  })
  expect(carried({ hall: '' }, [FILTER], [FILTER])).toEqual({})
})

test('a filter that waits goes on to the next dashboard, unless its column was chosen since', () => {
  const [waits] = leftOf([FILTER], { hall: 'North' })
  const [since] = leftOf([FILTER], { hall: 'South' })
  const [other] = leftOf([KIND], { kind: 'art' })
  if (!waits || !since || !other) throw new Error('three filters')
  expect(withWaiting([], [waits])).toEqual([waits])
  expect(withWaiting([other], [waits])).toEqual([other, waits])
  expect(withWaiting([since], [waits])).toEqual([since])
})

test('a row of a level of which a page has only a part waits whole, until that part is chosen otherwise', () => {
  const left = leftOf([LINE], { line: 'x' })
  const { origins, waiting } = arrivedOf([FILTER], left, TABLES, ['hall'])
  expect(origins).toEqual({ hall: 'Plan' })
  const [waits] = waiting
  expect(waits).toEqual({ ...left[0], parts: ['hall'] })
  if (!waits) throw new Error('it waits')
  expect(waitingAfter([waits], 'kind')).toEqual([waits])
  expect(waitingAfter([waits], 'hall')).toEqual([])
  // On a page that has it, it is the row again, whatever the page between had of it.
  const here = leftOf([FILTER], { hall: 'North' })
  const ways = carriedTo([LINE], withWaiting(here, [waits]), TABLES)
  expect(ways.map((way) => ('values' in way ? way.values : way.sql))).toEqual([['x']])
  expect(arrivedOf([LINE], left, TABLES, ['line']).waiting).toEqual([])
})

test('a filter that the next dashboard does not know is dropped', () => {
  expect(carried({ kind: 'art' }, [KIND], [FILTER, SINCE])).toEqual({})
})

test('an id becomes the name that its dataset has, and a name the id', () => {
  const byId = testFilter({ name: 'id', column: 'hall_id' })
  expect(carried({ id: 'N1' }, [byId], [FILTER])).toEqual({
    hall: `SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" = 'N1' LIMIT 2`,
  })
  expect(carried({ hall: "O'Hare" }, [FILTER], [byId])).toEqual({
    id: `SELECT DISTINCT "hall_id" FROM curated.halls WHERE "hall_name" = 'O''Hare' LIMIT 2`,
  })
})

test('a column that references the key of a dataset is filtered as the key', () => {
  const stays = testTable('stays', [testColumn('held_in', { references: 'halls.hall_id' })])
  const byReference = testFilter({ name: 'held', column: 'held_in', tables: ['stays'] })
  expect(carried({ held: 'N1' }, [byReference], [FILTER], [...TABLES, stays])).toEqual({
    hall: `SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" = 'N1' LIMIT 2`,
  })
})

test('the row of a level is carried to a filter by its column through another dataset', () => {
  const through = testFilter({ name: 'id', column: 'hall_id', tables: ['stays'], through: 'guests.guest_id' })
  expect(carried({ line: 'x' }, [LINE], [through])).toEqual({
    id: `SELECT DISTINCT "hall_id" FROM prod.plan WHERE "line_id" = 'x' AND "level" IN ('hall', 'both') LIMIT 2`,
  })
})

test('a name that two datasets have is not carried to an id: nobody knows which is meant', () => {
  const rooms = testTable('rooms', [key('hall_id'), text('hall_name')])
  const byId = testFilter({ name: 'id', column: 'hall_id' })
  expect(carried({ hall: 'North' }, [FILTER], [byId], [...TABLES, rooms])).toEqual({})
})

const OF_LINE = `FROM prod.plan WHERE "line_id" = 'x' AND "level" IN`

test('the row of a table with levels counts as a filter by each column of its level', () => {
  expect(carried({ line: 'x' }, [LINE], [FILTER, KIND])).toEqual({
    hall: `SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" IN (SELECT DISTINCT "hall_id" ${OF_LINE} ('hall', 'both')) LIMIT 2`,
    kind: `SELECT DISTINCT "kind" ${OF_LINE} ('kind', 'both') LIMIT 2`,
  })
  expect(carried({ line: 'x' }, [LINE], [LINE])).toEqual({ line: 'x' })
})

test('the first table of the filter is read: others, such as a list of exceptions, may lack rows', () => {
  const both = { ...LINE, tables: ['plan', 'exceptions'] }
  const exceptions = { ...PLAN, name: 'exceptions' }
  expect(carried({ line: 'x' }, [both], [KIND], [exceptions, ...TABLES])).toEqual({
    kind: `SELECT DISTINCT "kind" ${OF_LINE} ('kind', 'both') LIMIT 2`,
  })
})

test('filters by the columns of a level choose its row on the next dashboard', () => {
  const hall = `"hall_id" IN (SELECT DISTINCT "hall_id" FROM curated.halls WHERE "hall_name" = 'North')`
  const both = { hall: 'North', kind: 'art' }
  expect(carried({ hall: 'North' }, [FILTER, KIND], [LINE])).toEqual({
    line: `SELECT DISTINCT "line_id" FROM prod.plan WHERE "level" = 'hall' AND ${hall} LIMIT 2`,
  })
  expect(carried(both, [FILTER, KIND], [LINE])).toEqual({
    line: `SELECT DISTINCT "line_id" FROM prod.plan WHERE "level" = 'both' AND ${hall} AND "kind" = 'art' LIMIT 2`,
  })
})

test('a bound of a period is carried to the same bound of the same column only', () => {
  const until = { ...SINCE, name: 'until', is_from: false, is_until: true }
  const other = { ...SINCE, column: 'paid_on' }
  expect(carried({ from: '2026-01-01' }, [SINCE], [other, until])).toEqual({})
  expect(carried({ from: '2026-01-01' }, [SINCE], [{ ...SINCE, name: 'since' }, until])).toEqual({
    since: '2026-01-01',
  })
})

test('one choice waits once: the hall of a series is named, and not the series as well', () => {
  const onPlan = leftOf([LINE], { line: 'x' })
  const onVisits = arrivedOf([FILTER], onPlan, TABLES, ['hall'])
  const next = withWaiting(leftOf([FILTER], { hall: 'North' }), onVisits.waiting)
  const { waiting } = arrivedOf([], next, TABLES, [])
  expect(waiting.filter(({ isSaidByPart }) => !isSaidByPart).map(({ words }) => words)).toEqual([
    'Hall: North',
  ])
  // Back on the first dashboard the series is chosen again.
  expect(arrivedOf([LINE], withWaiting([], waiting), TABLES, ['line']).waiting).toEqual([])
})

test('several values are carried by their column, and looked up as many as they are', () => {
  const byId = testFilter({ name: 'id', column: 'hall_id' })
  expect(carried({ hall: 'North|South' }, [FILTER], [FILTER])).toEqual({ hall: 'North and South' })
  expect(carried({ id: 'N1|S1' }, [byId], [FILTER])).toEqual({
    hall: `SELECT DISTINCT "hall_name" FROM curated.halls WHERE "hall_id" IN ('N1', 'S1') LIMIT 3`,
  })
})

test('a filter of one value gets the first of several, and the others wait for a dashboard that takes them', () => {
  const one = { ...LINE, whole: 'total' }
  const left = leftOf([FILTER], { hall: 'North|South' })
  const hall = `"hall_id" IN (SELECT DISTINCT "hall_id" FROM curated.halls WHERE "hall_name" = 'North')`
  const line = `SELECT DISTINCT "line_id" FROM prod.plan WHERE "level" = 'hall' AND ${hall} LIMIT 2`
  expect(carried({ hall: 'North|South' }, [FILTER], [one])).toEqual({ line })
  const { waiting } = arrivedOf([one], left, TABLES, ['line'])
  expect(waiting).toEqual([{ ...left[0], parts: ['line'] }])
  const back = carriedTo([FILTER], withWaiting(leftOf([one], { line: 'x' }), waiting), TABLES)
  expect(back.map((way) => ('values' in way ? way.values : way.sql))).toEqual([['North', 'South']])
})

test('several values of a level choose as many of its rows where a filter takes several', () => {
  const halls = `"hall_id" IN (SELECT DISTINCT "hall_id" FROM curated.halls WHERE "hall_name" IN ('North', 'South'))`
  expect(carried({ hall: 'North|South', kind: 'art' }, [FILTER, KIND], [LINE])).toEqual({
    line: `SELECT DISTINCT "line_id" FROM prod.plan WHERE "level" = 'both' AND ${halls} AND "kind" = 'art' LIMIT 3`,
  })
})
