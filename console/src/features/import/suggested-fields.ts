import type { Schemas } from '../../api/client'
import { type Edits, type Format, hasSpelling, leaveOutOthers, undecided, withFormat } from './edits'
import { fits, formatWords, kindOf } from './formats'

/** The fields that no column is yet, and that the file needs: required ones, and masked ones, which may be empty. */
export function missingFields({ mapping }: Schemas['DryRun'], edits: Edits): Schemas['ContractField'][] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.fields ?? []).filter((one) => one.required && !taken.has(one.name))
}

/** Why a file with these missing fields cannot be committed: what it needs, before what may be empty. */
export function withoutColumn(missing: Schemas['ContractField'][]): string {
  const titles = (fields: typeof missing) => fields.map((field) => field.title).join(', ')
  const needed = missing.filter((field) => !field.may_be_empty)
  return needed.length > 0
    ? `No column for ${titles(needed)} yet.`
    : `Choose the column of ${titles(missing)}, or say that the file has none.`
}

/** The suggested fields of columns that are not decided yet. */
export function openSuggestions({ mapping }: Schemas['DryRun'], edits: Edits): Schemas['MappedColumn'][] {
  const taken = new Set(Object.values(edits.columns))
  return (mapping?.columns ?? []).filter(
    (one) => one.field && edits.columns[one.column] === undefined && !taken.has(one.field),
  )
}

/** The proposed steps that are not taken yet, of fields that a column may become. */
export function openSteps({ proposed_steps: proposed, grid }: Schemas['DryRun'], edits: Edits) {
  const taken = new Set(Object.values(edits.columns))
  return proposed.filter(
    ({ field, step }) =>
      !edits.steps.some((other) => other.kind === step.kind && other.column === step.column) &&
      (grid?.columns.includes(step.column) ? edits.columns[step.column] !== null : !taken.has(field)),
  )
}

/**
 * The edits as the gate checks them: once every field that the file needs has a column, the columns without a field
 * stay out, so that nobody has to leave them out one by one; not those whose values the check keeps as text. A request
 * that names columns, `isAsked`, decides all.
 */
export function settled(edits: Edits, result: Schemas['DryRun'], isAsked = false): Edits {
  const isOfDataset = Boolean(edits.dataset) && result.mapping?.dataset === edits.dataset
  const hasField = Object.values(edits.columns).some(Boolean)
  // A file that was checked as it is may keep columns that the contract does not have.
  const isDecided =
    isAsked || result.outcome === 'needs_mapping' || Object.keys(result.edits?.columns ?? {}).length > 0
  const kept = isAsked ? [] : (result.kept_columns ?? [])
  const others = undecided(edits, result.grid?.columns ?? []).filter((name) => !kept.includes(name))
  return isOfDataset && hasField && isDecided && missingFields(result, edits).length === 0
    ? leaveOutOthers(edits, others)
    : edits
}

/** A field that is chosen for a column gets the format by which nearly all of its values are written. */
export function withKnownFormat(
  edits: Edits,
  field: string | null | undefined,
  { grid, mapping }: Pick<Schemas['DryRun'], 'grid' | 'mapping'>,
  column: string,
): Edits {
  const known = grid?.formats[column] as { kind: string; format: Edits['formats'][string] } | undefined
  const own = mapping?.fields.find((one) => one.name === field)
  const format = own && known && formatOf(own, known)
  return own && format ? withFormat(edits, own.name, format) : edits
}

/** The format that a field takes: blanks around a text are no part of a key, and may be one of another text. */
function formatOf(
  field: Schemas['ContractField'],
  seen: { kind: string; format: Format },
): Format | undefined {
  if (kindOf(field.type) !== 'text') return fits(seen.kind, field.type) ? seen.format : undefined
  return seen.format.trim && field.is_key ? { trim: true } : undefined
}

interface OpenFormat {
  column: string
  field: string
  format: Format
}

/**
 * The formats of numbers, days and yes or no by which nearly all values of a column are written and that its field
 * does not have yet: of columns with values that the gate refuses, and of all where it has not checked the rows. A
 * format that the contract declares needs no decision. Blanks around keys need one also where the gate takes them.
 */
export function openFormats({ grid, mapping, outcome }: Schemas['DryRun'], edits: Edits): OpenFormat[] {
  const isUnchecked = !outcome || outcome === 'needs_mapping'
  return (grid?.columns ?? []).flatMap((column) => {
    const known = grid?.formats[column] as { kind: string; format: Format } | undefined
    const field = mapping?.fields.find(({ name }) => name === edits.columns[column])
    if (!known || !field || hasSpelling(edits.formats[field.name])) return []
    const format = formatOf(field, known)
    if (!format || declares(field.declared_format, format)) return []
    const isNeeded = isUnchecked || format.trim === true || Boolean(grid?.flawed_cells[column])
    return isNeeded ? [{ column, field: field.name, format }] : []
  })
}

/** Whether a contract declares how nearly all values are written: single other ones are errors, which no format reads. */
const declares = (declared: Format = {}, seen: Format): boolean =>
  Object.entries(seen).every(([key, value]) =>
    Array.isArray(value)
      ? value.every((each) => (declared[key as keyof Format] as unknown[] | undefined)?.includes(each))
      : declared[key as keyof Format] === value,
  )

/** Take the formats that are open. */
export const withOpenFormats = (edits: Edits, open: OpenFormat[]): Edits =>
  open.reduce((next, { field, format }) => withFormat(next, field, format), edits)

/**
 * A format that is open, in words.
 *
 * @example openFormatWords(price) // 'Einzelpreis with decimal comma'
 */
export const openFormatWords = ({ column, format }: OpenFormat): string =>
  `${column} with ${formatWords(format)}`
