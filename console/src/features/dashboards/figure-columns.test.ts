import { expect, test } from 'vitest'

import { sheetStart } from '../../formats/save-table'
import { EMPTY_PANEL } from './empty-panel'
import { statedColumns } from './figure-columns'

const KPI = { ...EMPTY_PANEL, kind: 'kpi' as const, name: 'revenue_last_month', unit: 'GBP' }
const columns = ['value', 'before'].map((name) => ({ name, type: 'decimal(38,4)' }))

test('a workbook of a figure has its name and its unit, also of what it is compared with', () => {
  const { units, labels } = statedColumns(KPI)
  const sheet = sheetStart({ columns, rows: [['3.5', '2.5']] }, { title: 'Sold', units, labels })
  expect(sheet.headings).toEqual(['Revenue last month (GBP)', 'Revenue last month before (GBP)'])
  expect(sheet.units).toEqual(['GBP', 'GBP'])
  expect(statedColumns({ ...KPI, before_label: 'at least' }).labels).toEqual({
    value: 'Revenue last month',
    before: 'Revenue last month: at least',
  })
})

test('another panel states the units of its columns only', () => {
  const units = { orders: 'orders' }
  expect(statedColumns({ ...KPI, kind: 'bar', units })).toEqual({ units, labels: {} })
})
