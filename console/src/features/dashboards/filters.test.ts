import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { filteredSql } from './filters'

const column = (name: string, type: string): Schemas['ContractColumn'] => ({
  name,
  type,
  unit: '',
  label: '',
  description: '',
  required: false,
  primary_key: false,
  sensitive: '',
  rules: [],
})
const TABLES: Schemas['CatalogTable'][] = [
  {
    database: 'lake_prod',
    name: 'history',
    system: 'own',
    columns: [column('series', 'varchar'), column('month_on', 'date'), column('amount', 'double')],
  },
]
const FILTER: Schemas['DashboardFilter'] = {
  name: 'series',
  label: 'Series',
  column: 'series',
  tables: ['history'],
  values: '',
  whole: '',
  is_until: false,
  panels: [],
}
const PANEL = { name: 'sum', sql: 'SELECT sum(amount) AS value FROM history' }

test('without a choice the statement is the one of the dashboard', () => {
  expect(filteredSql(PANEL, [FILTER], {}, TABLES)).toBe(PANEL.sql)
  expect(filteredSql(PANEL, [{ ...FILTER, panels: ['other'] }], { series: 'a' }, TABLES)).toBe(PANEL.sql)
})

test('a chosen value shadows the table by its own rows, and cannot leave its quotes', () => {
  expect(filteredSql(PANEL, [FILTER], { series: "a' OR 1=1" }, TABLES)).toBe(
    "WITH history AS (\n  SELECT series, month_on, amount\n  FROM lake_prod.history\n  WHERE series = 'a'' OR 1=1'\n)\n" +
      PANEL.sql,
  )
})

test('a panel that asks for the whole gets the chosen part in its place', () => {
  const sql = filteredSql(PANEL, [{ ...FILTER, whole: 'total' }], { series: 'region=DE' }, TABLES)
  expect(sql).toContain("SELECT 'total' AS series, month_on, amount")
})

test('a statement with subqueries of its own keeps them', () => {
  const until = { ...FILTER, name: 'month', column: 'month_on', is_until: true }
  const sql = filteredSql(
    { name: 'p', sql: 'WITH x AS (SELECT 1) SELECT * FROM x, history' },
    [until],
    { month: '2024-10-01' },
    TABLES,
  )
  expect(sql).toMatch(
    /^WITH history AS \([\s\S]*month_on <= DATE '2024-10-01'\n\),\nx AS \(SELECT 1\) SELECT/,
  )
})
