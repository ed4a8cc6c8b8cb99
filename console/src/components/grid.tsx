import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useMemo, useRef } from 'react'

import { type Cell, isName, isNumeric, number } from '../api/format'
import type { ColumnFormat } from '../formats/columns'
import { firstRow, placesFor, ROW_PX } from './row-window'

interface Column {
  name: string
  type: string
}

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
}

const OVERSCAN = 6
/** How many rows before the end more are asked for: a page of the API takes about as long as one scrolls through them. */
const NEAR_END = 200

/** A table of any length: only the rows in view are in the document, in elements that are used again while one scrolls. */
export function Grid({
  columns,
  rows,
  height = 420,
  label,
  formats,
  pinned = 1,
  isComplete = true,
  onNearEnd,
}: Props) {
  const view = useRef<HTMLDivElement>(null)
  const { fields, total } = useFields(columns, rows, formats, pinned)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are read in this render only
  const virtual = useVirtualizer({
    count: placesFor(rows.length),
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  })
  const items = virtual.getVirtualItems()
  const from = firstRow(items[0]?.index ?? 0, items.length, rows.length)
  const isNearEnd = !isComplete && from > 0 && from + items.length + NEAR_END >= rows.length
  const nearEnd = useRef(onNearEnd)
  useEffect(() => {
    nearEnd.current = onNearEnd
  })
  useEffect(() => {
    if (isNearEnd) nearEnd.current?.()
  }, [isNearEnd, rows.length])
  return (
    <div
      ref={view}
      className="scroll panel"
      style={{ maxHeight: height }}
      role="table"
      aria-label={label}
      aria-rowcount={isComplete ? rows.length + 1 : -1}
      tabIndex={0}
    >
      <div className="grid-row grid-head" role="row" style={{ minWidth: total }}>
        {fields.map((field) => (
          <div
            key={field.name}
            role="columnheader"
            className={field.className}
            title={`${field.name}: ${field.type}`}
            style={field.style}
          >
            {field.heading}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: total }}>
        {items.map((item, place) => {
          const index = from + place
          const row = rows.at(index)
          if (!row || index >= rows.length) return null
          // Neighbours have different remainders, so that a row that leaves the view gives its element to one that enters.
          return (
            <Row key={item.index % items.length} fields={fields} row={row} index={index} top={item.start} />
          )
        })}
      </div>
    </div>
  )
}

interface Field extends Column {
  heading: string
  className: string
  style: { width: number; left?: number }
  /** A cell's text. */
  shown: (value: Cell) => string
}

interface RowProps {
  fields: Field[]
  row: Cell[]
  index: number
  top: number
}

const Row = memo(function Row({ fields, row, index, top }: RowProps) {
  return (
    <div
      className="grid-row grid-line"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      {fields.map((field, at) => {
        const value = row[at] ?? null
        return (
          <div
            key={field.name}
            role="cell"
            className={value === null ? `${field.className} muted` : field.className}
            style={field.style}
            title={value === null ? 'null' : String(value)}
          >
            {value === null ? '–' : field.shown(value)}
          </div>
        )
      })}
    </div>
  )
})

/** What is the same for all cells of a column, computed once for an answer and not for each frame. */
function useFields(
  columns: Column[],
  rows: Props['rows'],
  formats: ColumnFormat[] | undefined,
  pinned: number,
): { fields: Field[]; total: number } {
  const { at, length } = rows
  const beginning = Math.min(length, 100)
  const probe = at(0)
  return useMemo(() => {
    const sample = Array.from({ length: beginning }, (_, index) => at(index) ?? [])
    const read = columns.map((column, place) => {
      const { heading, text } = formats?.[place] ?? { heading: column.name, text: exactText(column) }
      const texts = sample.map((row) => (row[place] == null ? '' : text(row[place])))
      return { ...column, heading, shown: text, width: widthOf(heading, texts) }
    })
    const widthBefore = (place: number) => read.slice(0, place).reduce((sum, { width }) => sum + width, 0)
    const fields = read.map(({ width, ...column }, place): Field => {
      const isPinned = place < pinned
      const kinds = [
        'grid-cell',
        isNumeric(column.type) && !isName(column.name) ? 'number' : '',
        isPinned ? 'grid-pinned' : '',
      ]
      const style = isPinned ? { width, left: widthBefore(place) } : { width }
      return { ...column, className: kinds.filter(Boolean).join(' '), style }
    })
    const total = widthBefore(read.length)
    return { fields, total }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `at` is a new function in each render; `probe` changes with the answer
  }, [columns, beginning, probe, formats, pinned])
}

/** A cell's text with all of its digits. Ids are names: no separators. */
const exactText = ({ name, type }: Column): ((value: Cell) => string) =>
  !isNumeric(type) || isName(name) ? String : number

function widthOf(heading: string, texts: string[]): number {
  const longest = Math.max(0, ...texts.map((text) => text.length))
  // A bold character of the header is wider than one of a cell.
  return Math.min(420, Math.max(64, longest * 8 + 20, heading.length * 9 + 24))
}
