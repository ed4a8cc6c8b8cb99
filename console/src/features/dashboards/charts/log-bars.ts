import type { Schemas } from '../../../api/client'
import type { Cell } from '../../../api/format'
import { heading } from '../../../formats/words'
import type { Shown } from './chart-parts'

/** Whether the bars of one place are one above the other: parts of a whole are, several measures of one name are not its parts. */
export const areStacked = ({
  is_stacked,
  series,
}: Pick<Schemas['Panel'], 'is_stacked' | 'series'>): boolean => is_stacked ?? Boolean(series)

/** Why bars have no log scale; empty for those that can have one. */
export function whyNoLog({ panel, columns, rows }: Pick<Shown, 'panel' | 'columns' | 'rows'>): string {
  if (areStacked(panel)) return 'Stacked bars have no log scale: their parts would not add up to their sum.'
  // Of several measures a series splits the first.
  const measured = panel.series ? panel.y.slice(0, 1) : panel.y
  const below = measured.find((name) => rows.some((row) => isBelow(row[columns.indexOf(name)] ?? null)))
  return below ? `These bars have no log scale: ${heading(below)} has values of zero or below.` : ''
}

/** Whether a value has no place on a log scale, as `NaN` has none, too. */
const isBelow = (value: Cell): boolean => value !== null && !(Number(value) > 0)
