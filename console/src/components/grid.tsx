import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'

import { type Cell, isNumeric, number } from '../api/format'

interface Column {
  name: string
  type: string
}

interface Props {
  columns: Column[]
  rows: { length: number; at: (index: number) => Cell[] | undefined }
  height?: number
  label: string
}

const ROW_PX = 28
// Browsers limit the height of an element (Firefox: about 17.8 million pixels); beyond it rows are found by share of the way.
const MOST_PX = 15_000_000

/** A table of any length: only the rows in view are in the document. */
export function Grid({ columns, rows, height = 420, label }: Props) {
  const view = useRef<HTMLDivElement>(null)
  const widths = columns.map((column, index) => widthOf(column, rows, index))
  const shrink = Math.max(1, (rows.length * ROW_PX) / MOST_PX)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are read in this render only
  const virtual = useVirtualizer({
    count: Math.ceil(rows.length / shrink),
    getScrollElement: () => view.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const first = items[0]
  const firstRow = first ? Math.floor(first.index * shrink) : 0
  const total = widths.reduce((sum, width) => sum + width, 0)
  return (
    <div
      ref={view}
      className="scroll panel"
      style={{ maxHeight: height }}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
    >
      <div className="grid-row grid-head" role="row" style={{ minWidth: total }}>
        {columns.map((column, index) => (
          <div
            key={column.name}
            role="columnheader"
            className={isNumeric(column.type) ? 'grid-cell number' : 'grid-cell'}
            title={`${column.name}: ${column.type}`}
            style={{ width: widths[index] }}
          >
            {column.name}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: total }}>
        {items.map((item, place) => {
          const index = firstRow + place
          const row = rows.at(index)
          if (!row || index >= rows.length) return null
          return (
            <div
              key={item.key}
              className="grid-row"
              role="row"
              aria-rowindex={index + 2}
              style={{
                position: 'absolute',
                top: 0,
                height: ROW_PX,
                transform: `translateY(${item.start}px)`,
              }}
            >
              {columns.map((column, at) => {
                const numeric = isNumeric(column.type)
                const value = row[at] ?? null
                return (
                  <div
                    key={column.name}
                    role="cell"
                    className={numeric ? 'grid-cell number' : 'grid-cell'}
                    style={{ width: widths[at] }}
                    title={value === null ? 'null' : String(value)}
                  >
                    {value === null ? (
                      <span className="muted">–</span>
                    ) : numeric ? (
                      cell(value, column)
                    ) : (
                      String(value)
                    )}
                  </div>
                )
              })}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** A number as people read it; its title and the download have every digit. Ids are names: no separators. */
function cell(value: Cell, column: Column): string {
  if (/(^|_)id$/.test(column.name)) return String(value)
  const floating = column.type === 'double' || column.type === 'float' || column.type === 'real'
  return number(floating ? Number(Number(value).toPrecision(4)) : value)
}

function widthOf(column: Column, rows: Props['rows'], at: number): number {
  const numeric = isNumeric(column.type)
  let longest = 0
  for (let index = 0; index < Math.min(rows.length, 100); index += 1) {
    const value = rows.at(index)?.[at] ?? ''
    longest = Math.max(longest, (numeric && value !== '' ? cell(value, column) : String(value)).length)
  }
  // A bold character of the header is wider than one of a cell.
  return Math.min(420, Math.max(64, longest * 8 + 20, column.name.length * 9 + 20))
}
