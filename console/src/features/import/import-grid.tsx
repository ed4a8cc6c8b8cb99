import { useVirtualizer } from '@tanstack/react-virtual'
import { type ClipboardEvent, type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'

import { firstRow, placesFor, ROW_PX } from '../../components/row-window'
import type { Schemas } from '../../api/client'
import { type Cells, pastedColumn } from './edits'
import { type GridColumn, REASON, sized } from './grid-column'
import { NUMBER_PX, type Place, Row, textOf } from './import-row'
import { RowActions } from './row-actions'
import { useFirstFlaw } from './use-first-flaw'
import type { GridRows } from './use-grid-rows'
import { smallestNumber } from '../../formats/extremes'

export interface GridProps {
  label: string
  columns: GridColumn[]
  /** The columns in the order by which rows are shown. */
  asRead: string[]
  rows: GridRows
  cells: Cells
  mayEdit: boolean
  /** Whether the columns are decided above them, or have their names alone. */
  hasDecisions: boolean
  /** Whether steps are listed above a column. */
  hasSteps: boolean
  /** Whether rows are refused as a whole, for a reason that belongs to none of their cells. */
  hasReasons: boolean
  /** Whether any row is refused, a duplicate or left out. */
  hasFlaws: boolean
  /** Which rows are shown: all, or those with errors or one reason. */
  show: string
  onType: (column: string, rows: number[], texts: (string | null)[]) => void
  onLeaveOut: (row: number, isLeftOut: boolean) => void
  onMove: (row: Schemas['GridRow'], from: number) => void
}

const OVERSCAN = 4
const ignored = () => undefined
const HEAD_PX = 96
const NAMES_PX = 36
const STEPS_PX = 24

/**
 * The rows of a file, of any number: only those in view are in the document. A cell is chosen by a click or the arrow keys,
 * a key begins to type, Enter keeps the text and moves down, and a copied column is pasted from the chosen cell on.
 */
export function ImportGrid({
  label,
  columns,
  asRead,
  rows,
  cells,
  mayEdit,
  hasDecisions,
  hasSteps,
  hasReasons,
  hasFlaws,
  show,
  onType,
  onLeaveOut,
  onMove,
}: GridProps) {
  const headPx = (hasDecisions ? HEAD_PX : NAMES_PX) + (hasSteps ? STEPS_PX : 0)
  const view = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<Place>({ row: 0, column: 0 })
  const [typing, setTyping] = useState<string | undefined>()
  const newest = useRef<(down: number, across: number) => void>(ignored)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are read in this render only
  const virtual = useVirtualizer({
    count: placesFor(rows.total),
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollPaddingStart: headPx,
  })
  const items = virtual.getVirtualItems()
  const from = firstRow(items[0]?.index ?? 0, items.length, rows.total)
  const { need } = rows
  useEffect(() => need(from, from + items.length), [need, from, items.length])
  const drawn = hasReasons ? [...columns, REASON] : columns
  const width = NUMBER_PX + drawn.reduce((sum, column) => sum + column.width, 0)

  useEffect(() => revealSideways(view.current, active), [active])
  useFirstFlaw({ view, rows, columns, asRead, show, onChoose: setActive })

  const choose = useCallback((place: Place) => {
    setTyping(undefined)
    setActive(place)
    view.current?.focus({ preventScroll: true })
  }, [])
  const edit = useCallback((place: Place, text: string) => {
    setActive(place)
    setTyping(text)
  }, [])

  function move(down: number, across: number): void {
    const row = Math.min(Math.max(0, active.row + down), Math.max(0, rows.total - 1))
    const column = Math.min(Math.max(0, active.column + across), columns.length - 1)
    setTyping(undefined)
    setActive({ row, column })
    if (row < from + 1 || row > from + items.length - OVERSCAN - 2)
      virtual.scrollToIndex(placeOf(row, rows.total))
  }

  function keep(down: number, across: number): void {
    // The box loses the focus once its text is kept, and must not keep it a second time.
    newest.current = ignored
    const column = columns[active.column]
    const row = rows.at(active.row)
    if (typing !== undefined && column && row && typing !== textOf(row, active.column, column.name, cells))
      onType(column.name, [row.row], [typing])
    move(down, across)
    view.current?.focus({ preventScroll: true })
  }

  // The rows keep one function, so that those that did not change are not drawn again in each frame.
  useEffect(() => {
    newest.current = keep
  })
  const keepTyped = useCallback((down: number, across: number) => newest.current(down, across), [])

  function pressed(event: KeyboardEvent): void {
    if (event.target !== view.current) return
    const steps: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [15, 0],
      PageUp: [-15, 0],
    }
    const step = steps[event.key]
    const row = rows.at(active.row)
    const column = columns[active.column]
    if (step) move(...step)
    else if (!mayEdit || !row || !column || event.ctrlKey || event.metaKey || event.altKey) return
    else if (event.key === 'Enter' || event.key === 'F2')
      setTyping(textOf(row, active.column, column.name, cells) ?? '')
    else if (event.key === 'Delete' || event.key === 'Backspace') onType(column.name, [row.row], [null])
    else if (event.key.length === 1) setTyping(event.key)
    else return
    event.preventDefault()
  }

  function pasted(event: ClipboardEvent): void {
    const column = columns[active.column]
    if (typing !== undefined || !mayEdit || !column) return
    event.preventDefault()
    const texts = pastedColumn(event.clipboardData.getData('text'))
    void rows.numbers(active.row, texts.length).then((numbers) => onType(column.name, numbers, texts))
  }

  const chosen = columns[active.column]
  return (
    <>
      <RowActions
        row={rows.at(active.row)}
        column={chosen && { name: chosen.name, at: active.column }}
        mayEdit={mayEdit}
        hasFlaws={hasFlaws}
        onLeaveOut={onLeaveOut}
        onMove={onMove}
      />
      <div
        ref={view}
        className="import-grid"
        role="grid"
        aria-label={label}
        aria-rowcount={rows.total + 1}
        aria-colcount={drawn.length + 1}
        aria-activedescendant={`cell-${active.row}-${active.column}`}
        tabIndex={0}
        onKeyDown={pressed}
        onPaste={pasted}
      >
        <div className="import-head" role="row" style={{ minWidth: width, height: headPx }} aria-rowindex={1}>
          <div className="import-number" role="columnheader" style={{ width: NUMBER_PX }}>
            row
          </div>
          {columns.map((column) => (
            <div
              key={column.name}
              role="columnheader"
              className={`import-column${column.isLeftOut ? ' left-out' : ''}${column.isPinned ? ' import-pinned' : ''}`}
              style={sized(column)}
            >
              {column.header}
            </div>
          ))}
          {hasReasons ? (
            <div className="import-reason" role="columnheader" style={sized(REASON)}>
              why
            </div>
          ) : null}
        </div>
        <div
          role="rowgroup"
          style={{
            height: virtual.getTotalSize(),
            position: 'relative',
            minWidth: width,
          }}
        >
          {items.map((item, place) => {
            const index = from + place
            if (index >= rows.total) return null
            const row = rows.at(index)
            return (
              <Row
                key={item.index % items.length}
                columns={columns}
                row={row}
                typed={row ? cells[row.row] : undefined}
                index={index}
                top={item.start}
                active={active.row === index ? active.column : -1}
                typing={active.row === index ? typing : undefined}
                mayEdit={mayEdit}
                hasReasons={hasReasons}
                onChoose={choose}
                onEdit={edit}
                onTyped={setTyping}
                onKeep={keepTyped}
              />
            )
          })}
        </div>
      </div>
    </>
  )
}

/** Scrolls the chosen cell sideways out from under the columns that stay in view, and into view. */
function revealSideways(view: HTMLElement | null, { row, column }: Place): void {
  const cell = document.getElementById(`cell-${row}-${column}`)
  if (!view || !cell || cell.classList.contains('import-pinned')) return
  const pinned = view.querySelector('.import-head > .import-pinned')?.getBoundingClientRect().width ?? 0
  const reasons = view.querySelector('.import-head > .import-reason')?.getBoundingClientRect().width ?? 0
  const start = view.getBoundingClientRect().left
  const own = cell.getBoundingClientRect()
  const hidden = start + NUMBER_PX + pinned - own.left
  const beyond = own.right - start - view.clientWidth + reasons
  if (hidden > 0) view.scrollLeft -= hidden
  else if (beyond > 0) view.scrollLeft = toWholeColumn(view, Math.min(beyond, -hidden), NUMBER_PX + pinned)
}

/** Where a scroll by so many pixels ends so that no heading is cut by the columns that stay in view. */
function toWholeColumn(view: HTMLElement, by: number, covered: number): number {
  const start = view.getBoundingClientRect().left + covered
  const begins = [...view.querySelectorAll('.import-head > .import-column:not(.import-pinned)')]
    .map((head) => head.getBoundingClientRect().left - start)
    .filter((left) => left >= by - 1)
  return view.scrollLeft + (begins.length > 0 ? smallestNumber(begins) : by)
}

/** The place among the grid's places at which a row is shown. */
function placeOf(row: number, total: number): number {
  return Math.round((row * placesFor(total)) / Math.max(1, total))
}
