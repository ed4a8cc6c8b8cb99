import { useMemo } from 'react'

import type { Cell } from '../../api/format'
import type { AnswerColumn, ColumnFormat } from '../../formats/columns'
import { foldedColumns } from '../../formats/technical-columns'

/**
 * The places of an answer's columns as a table shows them, and the places of those that it folds: the lake's own columns, unless the
 * statement names them.
 *
 * @example shownPlaces([{ name: '_source_row', type: '' }, { name: 'price', type: '' }], 'SELECT * FROM t') // { read: [1], folded: [0] }
 */
export function shownPlaces(columns: AnswerColumn[], sql: string): { read: number[]; folded: number[] } {
  const named = new Set(sql.toLowerCase().match(/\w+/g))
  // A column that the statement names is read as any other.
  const placed = columns.map(({ name }, place) => ({
    name: named.has(name.toLowerCase()) ? '' : name,
    place,
  }))
  const { read, folded } = foldedColumns(placed)
  return { read: read.map(({ place }) => place), folded: folded.map(({ place }) => place) }
}

/** Columns, formats and cells in the order in which a table shows them, the folded ones last if they are shown, and how many there are. */
export function useShownOrder(
  columns: AnswerColumn[],
  formats: ColumnFormat[],
  sql: string,
  hasFolded: boolean,
) {
  return useMemo(() => {
    const { read, folded } = shownPlaces(columns, sql)
    const order = hasFolded ? [...read, ...folded] : read
    if (order.length === columns.length && order.every((place, at) => place === at))
      return { columns, formats, cellsOf: (row: Cell[] | undefined) => row, folded: folded.length }
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
    return { columns: inOrder(columns), formats: inOrder(formats), cellsOf, folded: folded.length }
  }, [columns, formats, sql, hasFolded])
}
