import { bands } from './charts/bands'
import { bar } from './charts/bar'
import type { Drawing, Scheme, Shown } from './charts/chart-parts'
import { fan } from './charts/fan'
import { line } from './charts/line'
import { map } from './charts/map'
import { isMultiples, multiples } from './charts/multiples'
import { scatter } from './charts/scatter'

export type { Shown } from './charts/chart-parts'

/** Kinds of charts that can have periods on an axis; bars of names have none, as `marksOf` sees. */
const OVER_TIME = new Set<Shown['panel']['kind']>(['fan', 'line', 'bar'])

/** The places of a chart over time, in their order; none of another chart. */
export function axisOf({ panel, columns, rows, step }: Shown): string[] {
  const at = columns.indexOf(panel.x)
  if (at < 0 || step || !OVER_TIME.has(panel.kind)) return []
  const cells = rows.map((row) => String(row[at] ?? ''))
  return panel.kind === 'bar' || (panel.kind === 'line' && panel.series) ? [...new Set(cells)] : cells
}

/** A fan with as much history as leaves room for what is expected on a phone: two periods for each expected one. */
export function newest(shown: Shown): Shown {
  const at = shown.columns.indexOf(shown.panel.y[0] ?? '')
  const begin = shown.rows.findIndex((row, place) => place > 0 && row[at] === null)
  if (shown.panel.kind !== 'fan' || at < 0 || begin < 0) return shown
  return { ...shown, rows: shown.rows.slice(Math.max(0, begin - 2 * (shown.rows.length - begin))) }
}

/** ECharts options for one panel. Texts of cells are given as texts, never as HTML. */
export function options(shown: Shown, scheme: Scheme): Record<string, unknown> {
  const { panel, units = {}, labels = {}, marks = [], open, begun, period = '', order } = shown
  const { isNarrow = false, height, isJoined = false } = shown
  const rows = shown.rows.map((row) =>
    Object.fromEntries(shown.columns.map((name, at) => [name, row[at] ?? null])),
  )
  const measured = new Set([...panel.y, ...panel.bounds.flat()])
  // A measure of the panel has the panel's unit, if no contract states one for its column.
  const unitOf = (column: string): string => units[column] ?? (measured.has(column) ? panel.unit : '')
  const drawing: Drawing = {
    panel,
    rows,
    scheme,
    unitOf,
    labels,
    marks,
    open,
    begun,
    period,
    order,
    isNarrow,
    height,
    isJoined,
  }
  if (shown.step) return bands(drawing, shown.step)
  switch (panel.kind) {
    case 'fan':
      return fan(drawing)
    case 'line':
      return isMultiples(panel) ? multiples(drawing) : line(drawing)
    case 'scatter':
      return scatter(drawing)
    case 'map':
      return map(drawing)
    default:
      return bar(drawing)
  }
}
