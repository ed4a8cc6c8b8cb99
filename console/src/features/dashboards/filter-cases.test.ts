import { expect, test } from 'vitest'

import CASES from '../../../../tests/unit/api/analytics/filter_cases.json'
import type { Schemas } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { type Chosen, narrowed } from './filters'
import { filtersOf } from './own-filters'

type Filter = Schemas['DashboardFilter']
const USUAL = { values: '', whole: '', is_from: false, is_until: false, panels: [], through: '' }
const asFilter = (
  stated: Partial<Filter> & Pick<Filter, 'name' | 'label' | 'column' | 'tables'>,
): Filter => ({
  ...USUAL,
  ...stated,
})
const TABLES = CASES.tables.map(({ name, columns, ...more }) =>
  testTable(
    name,
    columns.map((column) => testColumn(column.name, column)),
    more,
  ),
)
const LAKE = { filters: CASES.filters_of_the_lake.map(asFilter), written_by: '' } as Schemas['Dashboard']

test.each(CASES.cases)('as in mails: $rule', ({ sql, panel, chosen, filters, ...expected }) => {
  const all = filters ? filters.map(asFilter) : filtersOf([sql], [LAKE], TABLES)
  const of = narrowed({ name: panel, sql, table: '', rows: [] }, all, { ...chosen } as Chosen, TABLES)
  expect(of.sql).toBe(expected.narrowed)
  expect(of.ignored).toEqual(expected.ignored)
})
