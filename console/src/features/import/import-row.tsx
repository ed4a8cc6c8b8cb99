import { memo, useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { withoutZeroExponent, whole } from '../../api/format'
import type { Cells } from './edits'
import { type GridColumn, REASON, sized } from './grid-column'
import { flawReason, flawWords, isConflict } from './outcome-words'
import { TypedCell } from './typed-cell'
import type { ShownRow } from './use-grid-rows'

export const NUMBER_PX = 64
const NONE: GridColumn[] = []

/** A place in the grid: the index of the row as it is shown, and of the column. */
export interface Place {
  row: number
  column: number
}

/** A cell's text: as it was typed, else as it is in the file. */
export function textOf(row: Schemas['GridRow'], at: number, name: string, cells: Cells): string | null {
  const typed = cells[row.row]?.[name]
  return typed === undefined ? (row.cells[at] ?? null) : typed
}

interface RowProps {
  columns: GridColumn[]
  row: ShownRow | undefined
  typed: Record<string, string | null> | undefined
  index: number
  top: number
  active: number
  typing: string | undefined
  mayEdit: boolean
  hasReasons: boolean
  onChoose: (place: Place) => void
  onEdit: (place: Place, text: string) => void
  onTyped: (text: string) => void
  onKeep: (down: number, across: number) => void
}

export const Row = memo(function Row({
  columns,
  row,
  typed,
  index,
  top,
  active,
  typing,
  mayEdit,
  hasReasons,
  ...on
}: RowProps) {
  const flaws = useMemo(() => new Map(row?.flaws.map((flaw) => [flaw.column, flaw])), [row])
  const ofRow = row?.flaws.find((flaw) => flaw.column === '')
  // Rows that are scrolled past before they are read have no cells to draw.
  const drawn = row ? columns : NONE
  return (
    <div
      className={
        row?.kind ? `import-line ${row.flaws.some(isConflict) ? 'conflict' : row.kind}` : 'import-line'
      }
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div
        className="import-number"
        role="rowheader"
        style={{ width: NUMBER_PX }}
        title={ofRow ? flawReason(ofRow) : undefined}
      >
        {row ? whole(row.row) : '…'}
      </div>
      {drawn.map((column, at) => {
        const own = typed?.[column.name]
        const written = own === undefined ? (row?.cells[at] ?? null) : own
        const text = row?.results ? (row.results[at] ?? null) : written
        const isChanged = text !== written
        const flaw = own === undefined ? flaws.get(column.name) : undefined
        const isDoubtful = row?.kind === 'doubtful'
        const note = flaw && (row?.kind === 'refused' || isDoubtful) ? flawWords(flaw, written ?? '') : ''
        if (active === at && typing !== undefined)
          return (
            <TypedCell
              key={column.name}
              column={column}
              text={typing}
              onTyped={on.onTyped}
              onKeep={on.onKeep}
            />
          )
        return (
          <div
            key={column.name}
            id={`cell-${index}-${at}`}
            role="gridcell"
            aria-selected={active === at}
            aria-invalid={note && !isDoubtful ? true : undefined}
            className={classOf(column, note && (isDoubtful ? 'doubtful' : 'bad'), own !== undefined)}
            style={sized(column)}
            title={
              [
                note && flaw ? `${text ?? 'empty'}: ${flawReason(flaw, written ?? '')}` : (text ?? ''),
                isChanged ? `in the file: ${written ?? 'empty'}` : '',
              ]
                .filter(Boolean)
                .join('\n') || undefined
            }
            onClick={() => on.onChoose({ row: index, column: at })}
            onDoubleClick={() => mayEdit && on.onEdit({ row: index, column: at }, written ?? '')}
          >
            <span className={isChanged ? 'import-text changed' : 'import-text'}>
              {text === null ? null : withoutZeroExponent(text)}
            </span>
            {note ? (
              <span className={isDoubtful ? 'import-note import-doubt' : 'import-note'}>{note}</span>
            ) : null}
          </div>
        )
      })}
      {row && hasReasons ? (
        <div
          className={`import-row-note${ofRow ? '' : ' of-cells'}`}
          role="cell"
          style={sized(REASON)}
          title={ofRow ? flawReason(ofRow) : undefined}
        >
          {ofRow ? flawWords(ofRow) : null}
        </div>
      ) : null}
    </div>
  )
})

function classOf(column: GridColumn, flaw: string, isTyped: boolean): string {
  return [
    'import-cell',
    column.isNumeric ? 'number' : '',
    column.isLeftOut ? 'left-out' : '',
    column.isPinned ? 'import-pinned' : '',
    flaw,
    isTyped ? 'typed' : '',
  ]
    .filter(Boolean)
    .join(' ')
}
