import type { Schemas } from '../../api/client'

type Mapping = Schemas['Mapping']
/** Column of the file → field of the contract, or null for a column that is left out; a column that is not decided is absent. */
export type Chosen = Record<string, string | null>

/** What is chosen before a person has chosen: only what the gate would accept by itself. */
export function preselected(mapping: Mapping | null | undefined): Chosen {
  const confident = (mapping?.columns ?? []).filter((one) => one.is_confident)
  return Object.fromEntries(confident.map((one) => [one.column, one.field]))
}

/** Whether a check ran by this choice: then its counts are those of a commit. */
export function isChecked(mapped: Chosen | null | undefined, chosen: Chosen): boolean {
  const names = new Set([...Object.keys(mapped ?? {}), ...Object.keys(chosen)])
  return (
    mapped != null && [...names].every((name) => chosen[name] !== undefined && mapped[name] === chosen[name])
  )
}

/** Sentences that say why the mapping cannot be committed; none when it can. */
export function obstacles(mapping: Mapping, chosen: Chosen): string[] {
  const taken = new Set(Object.values(chosen))
  const missing = mapping.fields.filter((field) => field.required && !taken.has(field.name))
  const open = undecided(mapping, chosen)
  const fields = Object.values(chosen).filter(Boolean)
  return [
    missing.length > 0
      ? `Required fields without a column: ${missing.map((field) => field.name).join(', ')}.`
      : '',
    open.length > 0
      ? `Columns without a field: ${open.join(', ')}. Choose a field for each, or leave it out.`
      : '',
    open.length === 0 && fields.length === 0
      ? 'Every column is left out. Choose a field for at least one.'
      : '',
  ].filter(Boolean)
}

/** Columns that have no field and are not left out. */
export function undecided(mapping: Mapping, chosen: Chosen): string[] {
  return mapping.columns.map((one) => one.column).filter((column) => chosen[column] === undefined)
}

/** The choice with every undecided column left out. */
export function leaveOutOthers(mapping: Mapping, chosen: Chosen): Chosen {
  return { ...chosen, ...Object.fromEntries(undecided(mapping, chosen).map((column) => [column, null])) }
}

/** Columns whose samples break the chosen field. Where the gate would choose this field by itself the rows are bad, and not the mapping. */
export function misfits(mapping: Mapping, chosen: Chosen): string[] {
  return mapping.columns
    .filter((one) => one.unfit_fields.includes(chosen[one.column] ?? ''))
    .filter((one) => !(one.is_confident && chosen[one.column] === one.field))
    .map((one) => one.column)
}

/** A field's name in the list of choices, with what the gate demands of it. */
export function fieldLabel(field: Schemas['ContractField']): string {
  if (!field.required) return field.name
  return field.may_be_empty ? `${field.name} (column required, may be empty)` : `${field.name} (required)`
}
