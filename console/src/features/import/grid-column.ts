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
export const sized = ({ width }: { width: number }) => ({ flex: `1 0 ${width}px`, maxWidth: 1.8 * width })

/** The last column of a grid some of whose rows are refused as a whole: why, in two lines at most. */
export const REASON = { width: 260 }
