import { useEffect } from 'react'

import type { Schemas } from '../../api/client'
import { isNumeric } from '../../api/format'
import { useCaller } from '../../api/queries'
import { endOf, useRunsOfFigures } from '../lake/figures-run'
import type { Result } from '../query/results'

const KEY = 'headgate.figures'
const MAX_FIGURES = 100

type Store = Pick<Storage, 'getItem' | 'setItem'>
type Run = Pick<Schemas['RunDetail'], 'name' | 'started_at'>

/** A figure as a person reads it. */
interface Asked {
  caller: string
  sql: string
  unit: string
}

/** The name of a figure of a run. The moment tells lakes apart whose consoles have one address. */
const nameOf = ({ caller, sql, unit }: Asked, run: Run): string =>
  JSON.stringify([caller, run.name, run.started_at, unit, sql])

function keptFigures(storage: Store): Record<string, unknown> {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? '{}') as unknown
    return kept && typeof kept === 'object' && !Array.isArray(kept) ? (kept as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The figure that this tab showed of a run; undefined where it showed none. */
export function keptFigure(
  asked: Asked,
  run: Run,
  storage: Store = window.sessionStorage,
): number | undefined {
  const kept = keptFigures(storage)[nameOf(asked, run)]
  return typeof kept === 'number' ? kept : undefined
}

/** Keep a figure of a run in this tab. It is gone with the tab, as others may use the browser. */
export function keepFigure(
  asked: Asked,
  run: Run,
  value: number,
  storage: Store = window.sessionStorage,
): void {
  const name = nameOf(asked, run)
  const others = Object.entries(keptFigures(storage)).filter(([other]) => other !== name)
  try {
    storage.setItem(KEY, JSON.stringify(Object.fromEntries([...others, [name, value]].slice(-MAX_FIGURES))))
  } catch {
    // A browser that keeps nothing compares nothing.
  }
}

/** The number of a figure; undefined for texts, which may be about people, and for none. */
export function numberOf({ columns, rows }: Result): number | undefined {
  const at = columns.findIndex(({ name }) => name === 'value')
  const value = rows[0]?.[at] ?? null
  return value !== null && isNumeric(columns[at]?.type ?? '') ? Number(value) : undefined
}

interface Figure {
  system: string
  panel: Pick<Schemas['Panel'], 'sql' | 'unit'>
  /** The answer of the panel's own statement, and when it was read. */
  answer: { data: Result | undefined; dataUpdatedAt: number }
}

/** The figure that this tab showed of the run directly before the newest one, and the newest one. */
export function useFigureBefore({ system, panel, answer }: Figure) {
  const [run, runBefore] = useRunsOfFigures([system])
  const caller = useCaller().data?.name
  const { sql, unit } = panel
  const isOfRun = run !== undefined && answer.dataUpdatedAt >= endOf(run)
  const value = isOfRun && answer.data ? numberOf(answer.data) : undefined
  useEffect(() => {
    if (run && caller && value !== undefined) keepFigure({ caller, sql, unit }, run, value)
  }, [run, caller, sql, unit, value])
  if (!run || !runBefore || !caller || value === undefined) return undefined
  const before = keptFigure({ caller, sql, unit }, runBefore)
  return before === undefined || before === value ? undefined : { before, value, run }
}
