import type { ReactNode } from 'react'

export interface GridColumn {
  name: string
  width: number
  /** Whether values of it are refused, so that reasons stand beside them. */
  hasReasons: boolean
  /** What stands above the column: its name, the field that it is, and what can be done with it. */
  header: ReactNode
  isNumeric: boolean
  isLeftOut: boolean
  /** Whether it stays in view when the others scroll sideways: the column of the key. */
  isPinned: boolean
}

/** Shows the rows with a refused cell in the column at a place among those of the file. */
export const inColumn = (place: number): string => `column_${place + 1}`

/** Shows the rows that break a rule in the column at a place; those of a rule about whole rows have no column. */
export const ofCause = (place: number, rule: string): string =>
  place < 0 ? rule : `${inColumn(place)}-${rule}`

/** Columns share the room that is left; those with reasons beside their values take most of it. */
export const sized = ({ width, hasReasons = false }: { width: number; hasReasons?: boolean }) => ({
  flex: `${hasReasons ? 4 : 1} 0 ${width}px`,
  maxWidth: (hasReasons ? 2.6 : 1.8) * width,
})

/** The last column of a grid some of whose rows are refused as a whole: why, in two lines at most. It stays in view. */
export const REASON = { width: 240, hasReasons: true }
