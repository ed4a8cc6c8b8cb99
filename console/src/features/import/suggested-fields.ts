import type { Schemas } from '../../api/client'
import { type Edits, withFormat } from './edits'
import { fits } from './formats'

/** The required fields that no column is yet. */
export function missingFields({ mapping }: Schemas['DryRun'], edits: Edits): Schemas['ContractField'][] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.fields ?? []).filter((one) => one.required && !taken.has(one.name))
}

/** The suggested fields of columns that are not decided yet. */
export function openSuggestions({ mapping }: Schemas['DryRun'], edits: Edits): Schemas['MappedColumn'][] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.columns ?? []).filter(
    (one) => one.field && edits.columns[one.column] === undefined && !taken.has(one.field),
  )
}

/** A field that is chosen for a column gets the format by which nearly all of its values are written. */
export function withKnownFormat(
  edits: Edits,
  field: string | null | undefined,
  { grid, mapping }: Schemas['DryRun'],
  column: string,
): Edits {
  const known = grid?.formats[column] as { kind: string; format: Edits['formats'][string] } | undefined
  const type = mapping?.fields.find((one) => one.name === field)?.type
  return field && known && type && fits(known.kind, type) ? withFormat(edits, field, known.format) : edits
}
