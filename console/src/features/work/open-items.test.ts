import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { filteredSql } from '../dashboards/filters'
import { openSql } from './open-items'
import { decidedItems } from './queue-state'
import { testDecision } from './test-decisions'

const column = (name: string, type = 'varchar') => ({ name, type })
const TABLES = [
  {
    name: 'late',
    system: 'guests',
    database: 'lake_prod',
    columns: [column('guest_id', 'bigint'), column('waits', 'boolean'), column('country')],
  },
  { name: 'gaps', system: 'words', database: 'lake_prod', columns: [column('word')] },
] as unknown as Schemas['CatalogTable'][]
const LATE = { table: 'late', decided: 'CAST(guest_id AS varchar) IN ({item_ids})', waits: 'waits' }
const SQL = 'SELECT count_if(waits) AS value FROM late'

test('a decided item does not wait in any statement about its table', () => {
  expect(openSql(SQL, [{ ...LATE, ids: ['7', "o'8"] }], TABLES)).toBe(
    `WITH late AS (
  SELECT guest_id, waits AND NOT coalesce(CAST(guest_id AS varchar) IN ('7', 'o''8'), false) AS waits, country
  FROM lake_prod.late
)
${SQL}`,
  )
})

test('of an item whose decision ends by itself it is null whether it waits, so that a figure can count it', () => {
  const queue = { ...LATE, ids: ['7', '8'], returning: ['8'] }
  expect(openSql(SQL, [queue], TABLES)).toContain(
    "SELECT guest_id, waits AND NOT coalesce(CAST(guest_id AS varchar) IN ('7'), false) AND " +
      "nullif(NOT coalesce(CAST(guest_id AS varchar) IN ('8'), false), false) AS waits, country",
  )
})

test('where every row of a table is an item, a decided one is left out', () => {
  const gaps = { table: 'gaps', decided: 'word IN ({item_ids})', waits: '', ids: ['frame'] }
  expect(openSql('SELECT word FROM gaps', [gaps], TABLES)).toContain(
    "FROM lake_prod.gaps WHERE NOT coalesce(word IN ('frame'), false)",
  )
})

test('a statement stays where nothing is decided, and where it is about another table', () => {
  expect(openSql(SQL, [{ ...LATE, ids: [] }], TABLES)).toBe(SQL)
  expect(openSql(SQL, [{ ...LATE, decided: '', ids: ['7'] }], TABLES)).toBe(SQL)
  expect(openSql('SELECT word FROM gaps', [{ ...LATE, ids: ['7'] }], TABLES)).toBe('SELECT word FROM gaps')
})

test('filters narrow what is open', () => {
  const filter = { name: 'country', label: 'Country', column: 'country', tables: ['late'], values: '' }
  const own = { ...filter, whole: '', is_from: false, is_until: false, panels: [], through: '' }
  const sql = openSql(SQL, [{ ...LATE, ids: ['7'] }], TABLES)
  const both = filteredSql({ name: 'late', sql }, [own], { country: ['DE'] }, TABLES)
  expect(both).toMatch(
    /^WITH filtered_late AS \(\n {2}SELECT .*\n {2}FROM lake_prod.late\n {2}WHERE country = 'DE'\n\),\nlate AS/,
  )
  expect(both).toMatch(/FROM filtered_late\n\)\nSELECT count_if\(waits\) AS value FROM late$/)
})

test('an item is decided until its decision ends or is taken back', () => {
  const actions = [
    { name: 'called', returns_after_days: 0 },
    { name: 'later', returns_after_days: 3 },
  ]
  const at = { decided_at: '2026-11-24T03:00:00' }
  const decisions = [
    testDecision('1', 'reopen', at),
    testDecision('1', 'called', at),
    testDecision('2', 'note', at),
    testDecision('2', 'called', at),
    testDecision('3', 'later', at),
  ]
  const idsOn = (now: string) => [...decidedItems(decisions, actions, new Date(now)).keys()]
  expect(idsOn('2026-11-25T03:00:00Z')).toEqual(['2', '3'])
  expect(idsOn('2026-11-28T03:00:00Z')).toEqual(['2'])
})
