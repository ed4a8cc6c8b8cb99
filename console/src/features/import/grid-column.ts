import type { ReactNode } from 'react'

export interface GridColumn {
  name: string
  width: number
  /** What stands above the column: its name, the field that it is, and what can be done with it. */
  header: ReactNode
  isNumeric: boolean
  isLeftOut: boolean
}

/** Columns share the room that is left. */
export const sized = (column: GridColumn) => ({ flex: `1 0 ${column.width}px`, maxWidth: 1.8 * column.width })
