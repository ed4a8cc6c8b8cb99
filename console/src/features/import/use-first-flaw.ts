import { type RefObject, useEffect, useRef } from 'react'

import type { GridColumn } from './grid-column'
import type { Place } from './import-row'
import type { GridRows } from './use-grid-rows'

interface FirstFlaw {
  view: RefObject<HTMLDivElement | null>
  rows: GridRows
  columns: GridColumn[]
  show: string
  onChoose: (place: Place) => void
}

/** Chooses the first cell that is refused when rows with errors are shown, and scrolls its column into view. */
export function useFirstFlaw({ view, rows, columns, show, onChoose }: FirstFlaw): void {
  const first = show === 'all' ? undefined : rows.at(0)
  const name = first?.flaws[0]?.column
  const shown = useRef('')
  const at = columns.findIndex((column) => column.name === name)
  const key = first ? `${show} ${first.row}` : ''
  useEffect(() => {
    if (shown.current === key) return
    shown.current = key
    if (!key) return
    onChoose({ row: 0, column: Math.max(0, at) })
    const before = columns.slice(0, Math.max(0, at)).reduce((sum, column) => sum + column.width, 0)
    view.current?.scrollTo({ left: Math.max(0, before - MARGIN_PX), top: 0 })
  }, [key, at, columns, onChoose, view])
}

const MARGIN_PX = 120
