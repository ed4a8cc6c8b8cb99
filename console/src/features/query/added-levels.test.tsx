// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { testColumn, testTable } from '../../formats/test-tables'
import { addedLevels } from './added-levels'
import { AddedLevelsNote } from './added-levels-note'

afterEach(cleanup)

const COLUMNS = ['level', 'hall', 'kind', 'visits'].map((name) => testColumn(name))
const TABLES = [
  testTable('visit_history', [testColumn('series_id', { primary_key: true, type: 'varchar' }), ...COLUMNS], {
    database: 'prod',
    system: 'own',
    levels: { column: 'level', rows: { total: [], hall: ['hall'], hall_kind: ['hall', 'kind'] } },
  }),
  testTable('doors', COLUMNS),
]
const repaired = (sql: string) => addedLevels(sql, TABLES)?.remedy?.sql

test('a sum over all levels gets the filter of the level whose columns it has', () => {
  expect(repaired('SELECT sum(visits) FROM visit_history')).toBe(
    "SELECT sum(visits) FROM visit_history\nWHERE level = 'total'",
  )
  expect(repaired('SELECT hall, sum(visits) FROM visit_history\nGROUP BY hall\nORDER BY 2')).toBe(
    "SELECT hall, sum(visits) FROM visit_history\nWHERE level = 'hall'\nGROUP BY hall\nORDER BY 2",
  )
  expect(repaired("SELECT sum(visits) FROM visit_history WHERE hall = 'a' OR kind = 'b' LIMIT 5")).toBe(
    "SELECT sum(visits) FROM visit_history WHERE level = 'hall_kind' AND (hall = 'a' OR kind = 'b') LIMIT 5",
  )
})

test('a statement with subqueries reads a table that has one level only', () => {
  expect(repaired('SELECT max(s) FROM (SELECT sum(visits) AS s FROM visit_history) AS x')).toMatch(
    /^WITH visit_history AS \(\n {2}SELECT [^\n]*\n {2}FROM prod\.visit_history\n {2}WHERE level = 'total'\n\)\nSELECT max/,
  )
})

test('nothing is said where the statement chooses a level or single rows, adds nothing, or reads another table', () => {
  for (const sql of [
    "SELECT sum(visits) FROM visit_history WHERE level = 'total'",
    'SELECT series_id, sum(visits) FROM visit_history GROUP BY series_id',
    "SELECT 'sum(' AS text, visits FROM visit_history",
    'SELECT sum(visits) FROM doors',
  ])
    expect(addedLevels(sql, TABLES)).toBeUndefined()
})

test('where no level has the columns of the statement, the caution has no button', async () => {
  const onRepair = vi.fn()
  const show = (sql: string) =>
    render(
      <MantineProvider env="test">
        <AddedLevelsNote sql={sql} tables={TABLES} onRepair={onRepair} />
      </MantineProvider>,
    )
  show('SELECT kind, sum(visits) FROM visit_history GROUP BY kind')
  expect(screen.getByRole('note').textContent).toBe(
    'Visit history has totals beside their parts, and this sum adds both. Choose the rows of one level.',
  )
  cleanup()
  show('SELECT sum(visits) FROM visit_history')
  await userEvent.click(screen.getByRole('button', { name: "Run it with level = 'total'" }))
  expect(onRepair).toHaveBeenCalledWith("SELECT sum(visits) FROM visit_history\nWHERE level = 'total'")
})
