import { memo, type ReactNode } from 'react'

import type { Cell } from '../api/format'
import { type Field, nextSort, type Span } from './grid-columns'

/** The pinned columns and those in view, with empty room for those that are not drawn. */
export function Cells({
  fields,
  pinned,
  shown,
  children,
}: {
  fields: Field[]
  pinned: number
  shown: Span
  children: (field: Field, at: number) => ReactNode
}) {
  return (
    <>
      {fields.slice(0, pinned).map((field, at) => children(field, at))}
      {shown.before > 0 ? <span style={{ flex: `0 0 ${shown.before}px` }} /> : null}
      {fields.slice(shown.from, shown.to).map((field, at) => children(field, shown.from + at))}
      {shown.after > 0 ? <span style={{ flex: `0 0 ${shown.after}px` }} /> : null}
    </>
  )
}

export function Heading({
  field,
  sort,
  onSort,
}: {
  field: Field
  sort: string
  onSort?: (sort: string) => void
}) {
  const { name, type, format, className, style } = field
  const order = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined
  const isSorting = onSort && !format.isUnsortable
  return (
    <div
      role="columnheader"
      className={className}
      title={`${format.title}: ${type}`}
      style={style}
      aria-sort={order}
    >
      {isSorting ? (
        <button type="button" className="grid-sort" onClick={() => onSort(nextSort(sort, field))}>
          {format.heading}
          <span aria-hidden>{order === 'ascending' ? ' ↑' : order === 'descending' ? ' ↓' : ''}</span>
        </button>
      ) : (
        format.heading
      )}
    </div>
  )
}

interface LineProps {
  fields: Field[]
  pinned: number
  shown: Span
  row: Cell[]
  index: number
  top: number
  open: React.RefObject<((index: number) => void) | undefined> | undefined
  /** Whether texts take several lines. */
  isWrapped?: boolean
}

export const GridLine = memo(function GridLine({
  fields,
  pinned,
  shown,
  row,
  index,
  top,
  open,
  isWrapped = false,
}: LineProps) {
  // Cells that may have links open what they name, so another one is the button for the keyboard.
  const opener = fields.findIndex(({ format }) => !format.cell)
  return (
    <div
      className={open ? 'grid-row grid-line grid-opens' : 'grid-row grid-line'}
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
      onClick={
        open
          ? (event) => {
              if (!(event.target as Element).closest('a, button')) open.current?.(index)
            }
          : undefined
      }
    >
      <Cells fields={fields} pinned={pinned} shown={shown}>
        {(field, at) => {
          const value = row[field.place] ?? null
          const text = value === null ? '–' : field.format.text(value)
          const words = field.format.cell?.(index, text) ?? text
          const content = isWrapped && field.isText ? <span className="grid-text">{words}</span> : words
          return (
            <div
              key={field.name}
              role="cell"
              className={value === null ? `${field.className} muted` : field.className}
              style={field.style}
              title={value === null ? 'empty' : String(value)}
            >
              {open && at === opener ? (
                <button type="button" className="grid-open" onClick={() => open.current?.(index)}>
                  {content}
                </button>
              ) : (
                content
              )}
            </div>
          )
        }}
      </Cells>
    </div>
  )
})
