import type { Schemas } from '../../api/client'
import type { Labels, Units } from '../../formats/columns'
import { heading } from '../../formats/words'

/** The units and titles of an answer's columns that its panel states: a figure and what it is compared with are called `value` and `before`. */
export function statedColumns({
  kind,
  name,
  unit,
  units,
  before_label,
}: Pick<Schemas['Panel'], 'kind' | 'name' | 'unit' | 'units' | 'before_label'>): {
  units: Units
  labels: Labels
} {
  if (kind !== 'kpi') return { units, labels: {} }
  const title = heading(name.replaceAll('-', '_'))
  const before = before_label ? `${title}: ${before_label}` : `${title} before`
  return { units: { ...units, value: unit, before: unit }, labels: { value: title, before } }
}
