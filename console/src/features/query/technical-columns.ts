import { useMemo } from 'react'

import type { Cell } from '../../api/format'
import type { AnswerColumn, ColumnFormat } from '../../formats/columns'

/** The lake's own columns: those that the gate adds, which begin with `_`, and those that every built table ends with. */
const OWN = /^(_.*|as_of|snapshot_id)$/
/** The names that Athena gives columns of a statement without a name, such as `_col1`. */
const UNNAMED = /^_col_?\d+$/

/**
 * The places of an answer's columns as a table shows them: the lake's own columns are last, unless the statement names them.
 *
 * @example shownOrder([{ name: '_source_row', type: '' }, { name: 'price', type: '' }], 'SELECT * FROM t') // [1, 0]
 */
export function shownOrder(columns: AnswerColumn[], sql: string): number[] {
  const named = new Set(sql.toLowerCase().match(/\w+/g))
  const places = columns.map((_, place) => place)
  const isTechnical = (place: number): boolean => {
    const name = columns[place]?.name.toLowerCase() ?? ''
    return OWN.test(name) && !UNNAMED.test(name) && !named.has(name)
  }
  return [...places.filter((place) => !isTechnical(place)), ...places.filter(isTechnical)]
}

/** Columns, formats and cells in the order in which a table shows them. */
export function useShownOrder(columns: AnswerColumn[], formats: ColumnFormat[], sql: string) {
  return useMemo(() => {
    const order = shownOrder(columns, sql)
    if (order.every((place, at) => place === at))
      return { columns, formats, cellsOf: (row: Cell[] | undefined) => row }
    // The same row in each rendering, so that a table sees which rows are new.
    const kept = new WeakMap<Cell[], Cell[]>()
    const cellsOf = (row: Cell[] | undefined): Cell[] | undefined => {
      if (!row) return undefined
      const before = kept.get(row)
      const cells = before ?? order.map((place) => row[place] ?? null)
      if (!before) kept.set(row, cells)
      return cells
    }
    const inOrder = <T>(all: T[]): T[] => order.flatMap((place) => all.slice(place, place + 1))
    return { columns: inOrder(columns), formats: inOrder(formats), cellsOf }
  }, [columns, formats, sql])
}
