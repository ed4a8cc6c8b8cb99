import { useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { type Edits, madeColumns } from './edits'
import { afterSteps } from './steps'
import type { GridRows, ShownRow } from './use-grid-rows'

/** The rows as the gate reads them: with the results of the steps, and with the columns that steps add. */
export function useShownRows(rows: GridRows, edits: Edits, columns: string[] | undefined): GridRows {
  const shown = useMemo(() => shownBy(edits, columns ?? []), [edits, columns])
  return shown ? { ...rows, at: (index) => shown(rows.at(index)) } : rows
}

/** Returns one shown row for each row, so that those that did not change are not drawn again. */
function shownBy({ steps, cells, ...edits }: Edits, columns: string[]) {
  if (steps.length === 0) return undefined
  const made = madeColumns({ steps, cells, ...edits }, columns)
  const known = new WeakMap<Schemas['GridRow'], ShownRow>()
  return (row: Schemas['GridRow'] | undefined): ShownRow | undefined => {
    if (!row) return row
    const before = known.get(row)
    if (before) return before
    const typed = cells[row.row] ?? {}
    const isRagged = row.flaws.some(({ rule }) => rule === 'ragged_row') && !cells[row.row]
    const written = Object.fromEntries(columns.map((name, at) => [name, row.cells[at] ?? null]))
    const texts = {
      ...(isRagged ? written : afterSteps(steps, { ...written, ...typed })),
    }
    for (const name of made) texts[name] = typed[name] ?? texts[name] ?? null
    const results = [...columns, ...made].map((name) => texts[name] ?? null)
    const next = {
      ...row,
      cells: [...row.cells, ...results.slice(columns.length)],
      results,
    }
    known.set(row, next)
    return next
  }
}
