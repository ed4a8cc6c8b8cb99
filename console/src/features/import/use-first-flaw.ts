import { type RefObject, useEffect, useRef } from 'react'

import { type GridColumn, inColumn, ofCause } from './grid-column'
import type { Place } from './import-row'
import type { GridRows } from './use-grid-rows'

interface FirstFlaw {
  view: RefObject<HTMLDivElement | null>
  rows: GridRows
  columns: GridColumn[]
  /** The columns in the order by which rows are shown, which the grid may draw in another one. */
  asRead: string[]
  show: string
  onChoose: (place: Place) => void
}

/** Chooses the first cell that is refused or doubtful when such rows are shown; the grid scrolls its column into view. */
export function useFirstFlaw({ view, rows, columns, asRead, show, onChoose }: FirstFlaw): void {
  const first = show === 'all' ? undefined : rows.at(0)
  const placeOf = (name: string) => columns.findIndex((column) => column.name === name)
  const flaw = first?.flaws.find(({ rule, column }) =>
    [rule, inColumn(asRead.indexOf(column)), ofCause(asRead.indexOf(column), rule)].includes(show),
  )
  const at = placeOf((flaw ?? first?.flaws[0])?.column ?? '')
  const shown = useRef('')
  const key = first ? `${show} ${first.row}` : ''
  useEffect(() => {
    if (shown.current === key) return
    shown.current = key
    if (!key) return
    onChoose({ row: 0, column: Math.max(0, at) })
    view.current?.scrollTo({ top: 0 })
  }, [key, at, onChoose, view])
}
