import { Text } from '@mantine/core'
import { useElementSize, useMediaQuery, useMergedRef, useResizeObserver } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { type Cell, count } from '../api/format'
import type { ColumnFormat } from '../formats/columns'
import {
  type Column,
  DESK_LINES,
  type Field,
  fieldsOf,
  fitting,
  linesOfTexts,
  PHONE_LINES,
  sampleOf,
  type Shape,
  span,
  type Span,
  totalWidth,
} from './grid-columns'
import { Cells, GridLine, Heading } from './grid-parts'
import {
  barOf,
  firstRow,
  heightOfWholeRows,
  MIDDLE_ROW_PX,
  placesFor,
  ROW_PX,
  TALL_ROW_PX,
} from './row-window'
import { PHONE } from './widths'

interface Props {
  columns: Column[]
  rows: { length: number; at: (index: number) => Cell[] | undefined }
  height?: number
  label: string
  /** How columns are headed and cells are read; without them names, and numbers with all of their digits. A cell's title has the exact value. */
  formats?: ColumnFormat[] | undefined
  /** How many columns, from the first, stay in view while one scrolls sideways. */
  pinned?: number
  /** Whether `rows` are all there are; the table reports an unknown length otherwise. */
  isComplete?: boolean
  /** Called while the last rows are near the view, so that more of them can be read. */
  onNearEnd?: () => void
  /** The column that orders the rows, with `-` before it if descending. */
  sort?: string
  /** With it a click on a heading orders the rows. */
  onSort?: (sort: string) => void
  /** Whether names may take three lines, so that a narrow table cuts none. */
  hasTallRows?: boolean
  /** Where texts that would be cut take three lines on a phone, and two on a wide screen. */
  wraps?: 'phone' | 'always'
  /** With it a row opens; its first cell without a link is the button for the keyboard. */
  onOpen?: (index: number) => void
}

const OVERSCAN = 6
/** The height of a row whose texts take one line or several. */
const PX_OF_LINES: Readonly<Record<number, number>> = { 1: ROW_PX, 2: MIDDLE_ROW_PX, 3: TALL_ROW_PX }
/** How many rows before the end more are asked for: a page of the API takes about as long as one scrolls through them. */
const NEAR_END = 200

/** A table of any length and width: only cells in view are in the document, in elements that are used again while one scrolls. */
export function Grid({
  columns,
  rows,
  height = 420,
  label,
  formats,
  pinned = 1,
  isComplete = true,
  onNearEnd,
  sort = '',
  onSort,
  onOpen,
  hasTallRows = false,
  wraps,
}: Props) {
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const tallPx = isPhone ? TALL_ROW_PX : MIDDLE_ROW_PX
  const view = useRef<HTMLDivElement>(null)
  const [measured, box] = useResizeObserver<HTMLDivElement>()
  const [firstWidth, setFirstWidth] = useState(0)
  const measuredFirst = useCallback((node: HTMLDivElement | null) => {
    if (node) setFirstWidth(node.clientWidth)
  }, [])
  // Before the first observation, which a busy browser may paint frames before.
  const width = box.right - box.x || firstWidth
  const barPx = barOf(box)
  const both = useMergedRef(view, measured, measuredFirst)
  const { ref: head, height: headPx } = useElementSize<HTMLDivElement>()
  const [scrolled, setScrolled] = useState(0)
  const most = !wraps ? 1 : isPhone ? PHONE_LINES : wraps === 'always' ? DESK_LINES : 1
  const isSortable = onSort !== undefined
  const shape = useMemo(() => ({ isSortable, lines: most }), [isSortable, most])
  const all = useFields(columns, rows, formats, pinned, shape)
  const fields = useMemo(() => (width > 0 ? fitting(all, width, most) : all), [all, width, most])
  const lines = linesOfTexts(fields, most)
  const isWrapped = lines > 1
  const rowPx = hasTallRows ? tallPx : (PX_OF_LINES[lines] ?? TALL_ROW_PX)
  const shown = useSpan(fields, pinned, scrolled, width)
  const total = totalWidth(fields)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are read in this render only
  const virtual = useVirtualizer({
    count: placesFor(rows.length, rowPx),
    getScrollElement: () => view.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
  })
  // The places of rows are kept until somebody asks for them again.
  useEffect(() => virtual.measure(), [virtual, rowPx])
  const items = virtual.getVirtualItems()
  const from = firstRow(items[0]?.index ?? 0, items.length, rows.length, rowPx)
  const isNearEnd =
    onNearEnd !== undefined &&
    !isComplete &&
    from + items.length + NEAR_END >= rows.length &&
    items.length < rows.length
  const nearEnd = useRef(onNearEnd)
  const open = useRef(onOpen)
  useEffect(() => {
    nearEnd.current = onNearEnd
    open.current = onOpen
  })
  useEffect(() => {
    if (isNearEnd && from > 0) nearEnd.current?.()
  }, [isNearEnd, from, rows.length])
  return (
    <>
      <div
        ref={both}
        className={`scroll panel grid${hasTallRows ? ' grid-tall' : ''}${isWrapped ? ` grid-lines-${lines}` : ''}`}
        style={{ maxHeight: heightOfWholeRows(height, headPx, rowPx) + barPx }}
        role="table"
        aria-label={label}
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        aria-colcount={fields.length}
        tabIndex={0}
        onScroll={(event) => setScrolled(sideways(event.currentTarget))}
      >
        <div ref={head} className="grid-row grid-head" role="row" style={{ minWidth: total }}>
          <Cells fields={fields} pinned={pinned} shown={shown}>
            {(field) => (
              <Heading key={field.name} field={field} sort={sort} {...(onSort ? { onSort } : {})} />
            )}
          </Cells>
        </div>
        <div
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: total }}
        >
          {items.map((item, place) => {
            const index = from + place
            const row = rows.at(index)
            if (!row || index >= rows.length) return null
            // Neighbours have different remainders, so that a row that leaves the view gives its element to one that enters.
            return (
              <GridLine
                key={item.index % items.length}
                fields={fields}
                pinned={pinned}
                shown={shown}
                row={row}
                index={index}
                top={item.start}
                open={onOpen ? open : undefined}
                isWrapped={isWrapped}
              />
            )
          })}
        </div>
      </div>
      {width > 0 ? (
        <OutOfView
          left={isPhone ? all.length - fields.length : 0}
          scroll={total > width + 1 ? (isPhone ? 'Swipe' : 'Scroll') : ''}
          canOpen={onOpen !== undefined}
        />
      ) : null}
    </>
  )
}

/** How a person sees the columns of a table that are not in view: a bar for scrolling may be hidden. */
function OutOfView({ left, scroll, canOpen }: { left: number; scroll: string; canOpen: boolean }) {
  const parts = [
    scroll ? `${scroll} sideways to see the rest.` : '',
    left > 0
      ? `${count(left, 'further column')}: ${canOpen ? 'open a row to see all.' : 'a wider window shows them.'}`
      : '',
  ].filter(Boolean)
  if (parts.length === 0) return null
  return (
    <Text size="xs" className="muted" data-testid="out-of-view">
      {parts.join(' ')}
    </Text>
  )
}

/** A step, so that scrolling sideways draws the rows again only when other columns enter. */
const sideways = (view: HTMLElement): number => Math.floor(view.scrollLeft / 100) * 100

function useSpan(fields: Field[], pinned: number, scrolled: number, width: number): Span {
  const { from, to, before, after } = span(fields, pinned, scrolled, width)
  return useMemo(() => ({ from, to, before, after }), [from, to, before, after])
}

/** What is the same for all cells of a column, computed once for an answer and not for each frame. */
function useFields(
  columns: Column[],
  rows: Props['rows'],
  formats: ColumnFormat[] | undefined,
  pinned: number,
  shape: Shape,
): Field[] {
  const { at, length } = rows
  const probe = at(0)
  return useMemo(
    () => fieldsOf(columns, sampleOf(columns, { length, at }), formats, pinned, shape),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `at` is a new function in each render; `probe` changes with the answer
    [columns, length, probe, formats, pinned, shape],
  )
}
