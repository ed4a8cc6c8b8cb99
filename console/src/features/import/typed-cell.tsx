import { useEffect, useRef } from 'react'

import { type GridColumn, sized } from './grid-column'

interface Props {
  column: GridColumn
  text: string
  onTyped: (text: string) => void
  onKeep: (down: number, across: number) => void
}

/** The cell that a person types into. */
export function TypedCell({ column, text, onTyped, onKeep }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <div role="gridcell" className="import-cell" style={{ ...sized(column), padding: 0 }}>
      <input
        ref={input}
        className="import-input"
        aria-label={`Value of ${column.name}`}
        value={text}
        onChange={(event) => onTyped(event.currentTarget.value)}
        onBlur={() => onKeep(0, 0)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onKeep(event.shiftKey ? -1 : 1, 0)
          else if (event.key === 'Tab') onKeep(0, event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') onTyped(text)
          else return
          event.preventDefault()
        }}
      />
    </div>
  )
}
