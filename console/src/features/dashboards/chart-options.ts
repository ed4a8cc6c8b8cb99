import { bar } from './charts/bar'
import type { Drawing, Scheme, Shown } from './charts/chart-parts'
import { fan } from './charts/fan'
import { line } from './charts/line'
import { map } from './charts/map'
import { scatter } from './charts/scatter'

export type { Shown } from './charts/chart-parts'

/** ECharts options for one panel. Texts of cells are given as texts, never as HTML. */
export function options(shown: Shown, scheme: Scheme): Record<string, unknown> {
  const { panel, units = {} } = shown
  const rows = shown.rows.map((row) =>
    Object.fromEntries(shown.columns.map((name, at) => [name, row[at] ?? null])),
  )
  const measured = new Set([...panel.y, ...panel.bounds.flat()])
  // A measure of the panel has the panel's unit, if no contract states one for its column.
  const unitOf = (column: string): string => units[column] ?? (measured.has(column) ? panel.unit : '')
  const drawing: Drawing = { panel, rows, scheme, unitOf }
  switch (panel.kind) {
    case 'fan':
      return fan(drawing)
    case 'line':
      return line(drawing)
    case 'scatter':
      return scatter(drawing)
    case 'map':
      return map(drawing)
    default:
      return bar(drawing)
  }
}
