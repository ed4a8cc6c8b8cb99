// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'

import type { GridColumn } from './grid-column'
import { useFileOrder } from './use-file-order'
import type { GridRows } from './use-grid-rows'

const COLUMNS = ['id', 'name', 'total', 'made'].map((name) => ({ name }) as GridColumn)
const ROW = { row: 1, cells: ['7', 'Anna', '3.50', 'x'], kind: '', flaws: [] }
const ROWS = { total: 1, at: () => ROW } as unknown as GridRows

test('columns and cells are drawn in the order of the file, and made columns behind them', () => {
  const { result } = renderHook(() => useFileOrder(COLUMNS, ROWS, [2, 0, 1]))
  expect(result.current.columns.map(({ name }) => name)).toEqual(['total', 'id', 'name', 'made'])
  expect(result.current.rows.at(0)?.cells).toEqual(['3.50', '7', 'Anna', 'x'])
  expect(result.current.rows.at(0)).toBe(result.current.rows.at(0))
})

test('without another order nothing is moved', () => {
  const { result } = renderHook(() => useFileOrder(COLUMNS, ROWS, []))
  expect(result.current).toEqual({ columns: COLUMNS, rows: ROWS })
})
