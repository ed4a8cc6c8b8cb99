import { useMemo } from 'react'

import { type Edits, madeColumns, madeText } from './edits'
import type { GridRows } from './use-grid-rows'

/** The rows with the texts of the columns that steps add. */
export function useShownRows(rows: GridRows, edits: Edits, columns: string[] | undefined): GridRows {
  const made = useMemo(() => madeColumns(edits, columns ?? []), [edits, columns])
  if (made.length === 0) return rows
  return {
    ...rows,
    at: (index) => {
      const row = rows.at(index)
      if (!row) return row
      const textOf = (name: string): string | null =>
        edits.cells[row.row]?.[name] ?? row.cells[(columns ?? []).indexOf(name)] ?? null
      return { ...row, cells: [...row.cells, ...made.map((name) => madeText(edits, name, textOf))] }
    },
  }
}
