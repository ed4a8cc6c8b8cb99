// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { GridColumn } from './grid-column'
import { useFirstFlaw } from './use-first-flaw'
import type { GridRows } from './use-grid-rows'

afterEach(cleanup)

test('the first refused cell of a filter is chosen by its name, in whatever order the columns are drawn', () => {
  const drawn = ['price', 'sku', 'day'].map((name) => ({ name }) as GridColumn)
  const flaws = [
    { column: 'day', rule: 'type', reason: '' },
    { column: 'price', rule: 'type', reason: '' },
  ]
  const rows = { at: () => ({ row: 4, flaws }) } as unknown as GridRows
  const onChoose = vi.fn()
  const asRead = ['sku', 'day', 'price']
  for (const show of ['column_3-type', 'column_3', 'column_2-type'])
    renderHook(() => useFirstFlaw({ view: { current: null }, rows, columns: drawn, asRead, show, onChoose }))
  expect(onChoose.mock.calls).toEqual([
    [{ row: 0, column: 0 }],
    [{ row: 0, column: 0 }],
    [{ row: 0, column: 2 }],
  ])
})
