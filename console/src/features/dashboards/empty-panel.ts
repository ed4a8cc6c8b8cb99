import type { Schemas } from '../../api/client'

/** A panel that states nothing but its form: what draws rows of its own adds the columns. */
export const EMPTY_PANEL: Schemas['Panel'] = {
  name: '',
  question: '',
  action: '',
  kind: 'line',
  table: '',
  sql: '',
  unit: '',
  better: 'higher',
  rows: [],
  queue: '',
  before_label: '',
  nothing: '',
  keeps: [],
  details: [],
  found_by: [],
  x: '',
  y: [],
  bounds: [],
  series: '',
  size: '',
  scale: 'linear',
  answer: '',
  units: {},
  width: '' as const,
}
