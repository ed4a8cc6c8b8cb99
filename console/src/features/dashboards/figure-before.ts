import { useEffect, useMemo } from 'react'

import { type Cell } from '../../api/format'

const KEY = 'headgate.figures'
const MAX_FIGURES = 300

interface Shown {
  run: string
  value: string
}

/** A figure as this browser showed it last, and as it was before the run that changed it. */
interface Kept extends Shown {
  before?: Shown
}

type Store = Pick<Storage, 'getItem' | 'setItem'>

function keptFigures(storage: Store): Record<string, Kept> {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? '{}') as unknown
    return kept && typeof kept === 'object' && !Array.isArray(kept) ? (kept as Record<string, Kept>) : {}
  } catch {
    return {}
  }
}

/** The figure that this browser showed before the run; undefined where it showed none. */
export function shownBefore(
  key: string,
  run: string,
  storage: Store = window.localStorage,
): Shown | undefined {
  const kept = keptFigures(storage)[key]
  return kept?.run === run ? kept.before : kept
}

/** The figure as this browser showed it last; undefined where it showed none. */
export const shownLast = (key: string, storage: Store = window.localStorage): string | undefined =>
  keptFigures(storage)[key]?.value

/** Keep a figure of a run, and what was shown before that run. */
export function keepFigure(key: string, shown: Shown, storage: Store = window.localStorage): void {
  const before = shownBefore(key, shown.run, storage)
  const others = Object.entries(keptFigures(storage)).filter(([name]) => name !== key)
  const kept = { ...shown, ...(before ? { before: { run: before.run, value: before.value } } : {}) }
  try {
    storage.setItem(KEY, JSON.stringify(Object.fromEntries([...others, [key, kept]].slice(-MAX_FIGURES))))
  } catch {
    // A browser that keeps nothing compares nothing.
  }
}

/** The value that the figure had in this browser before the newest run; undefined for none or the same. */
export function useFigureBefore(key: string, run: string | undefined, value: Cell): string | undefined {
  const shown = run && key && value !== null ? String(value) : ''
  const before = useMemo(() => (run && shown ? shownBefore(key, run)?.value : undefined), [key, run, shown])
  useEffect(() => {
    if (run && shown) keepFigure(key, { run, value: shown })
  }, [key, run, shown])
  return before === shown ? undefined : before
}
