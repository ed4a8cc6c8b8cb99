import { useMemo } from 'react'

import type { GridColumn } from './grid-column'
import type { GridRows, ShownRow } from './use-grid-rows'

interface Drawn {
  columns: GridColumn[]
  rows: GridRows
}

/** Columns and rows in the order of the file: the API has those of JSON and XML by name. */
export function useFileOrder(columns: GridColumn[], rows: GridRows, order: number[] = []): Drawn {
  const moved = useMemo(() => {
    if (order.length === 0) return undefined
    return { columns: inFileOrder(columns, order), rowOf: rowInFileOrder(order) }
  }, [columns, order])
  return moved
    ? { columns: moved.columns, rows: { ...rows, at: (index) => moved.rowOf(rows.at(index)) } }
    : { columns, rows }
}

/**
 * The entries in the order of the file; those of made columns stay behind them.
 *
 * @example inFileOrder(['id', 'total', 'made'], [1, 0]) // ['total', 'id', 'made']
 */
export function inFileOrder<T>(entries: T[], order: number[]): T[] {
  return [...order.flatMap((place) => entries.slice(place, place + 1)), ...entries.slice(order.length)]
}

/** Moves the cells of rows, one new row for each, so that those that did not change are not drawn again. */
function rowInFileOrder(order: number[]) {
  const known = new WeakMap<ShownRow, ShownRow>()
  return (row: ShownRow | undefined): ShownRow | undefined => {
    if (!row) return row
    const before = known.get(row)
    if (before) return before
    const next = {
      ...row,
      cells: inFileOrder(row.cells, order),
      ...(row.results ? { results: inFileOrder(row.results, order) } : {}),
    }
    known.set(row, next)
    return next
  }
}
