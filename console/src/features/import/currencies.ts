import type { Schemas } from '../../api/client'
import { count, currencyOf } from '../../api/format'
import { type Edits, withField } from './edits'

type Rows = Record<string, number>

/** Amounts of a file in other currencies than their dataset, about which a person has to decide. */
export interface ForeignAmounts {
  /** Columns of the file with the amounts, each with its field. */
  columns: { column: string; field: Schemas['ContractField'] }[]
  /** Rows by currency, as the file states them. */
  rows: Rows
  /** The currency of the dataset. */
  own: string
  /** The sign in the file, if several currencies have it, before these. */
  signs?: string[] | undefined
}

type AmountColumn = ForeignAmounts['columns'][number]

/**
 * The columns that are mapped into fields with a currency, each with the currencies of its amounts: those beside its
 * values, else those of the file's one column of codes. Without any where the file states none; undefined where it has
 * several columns of codes, as nothing says which one is of which amounts.
 */
function amountsOf(
  { grid, mapping }: Schemas['DryRun'],
  { columns }: Edits,
): (AmountColumn & { rows: Rows | undefined })[] {
  const stated = grid?.currencies ?? {}
  const mapped = Object.entries(columns).flatMap(([column, name]): AmountColumn[] => {
    const field = (mapping?.fields ?? []).find((one) => one.name === name)
    return field && currencyOf(field.unit) ? [{ column, field }] : []
  })
  const amounts = new Set(mapped.map(({ column }) => column))
  const [ofCodes = {}, ...others] = Object.entries(stated)
    .filter(([name]) => !amounts.has(name))
    .map(([, rows]) => rows)
  const ofFile = others.length > 0 ? undefined : ofCodes
  return mapped.map(({ column, field }) => ({ column, field, rows: stated[column] ?? ofFile }))
}

/**
 * Columns whose amounts get the currency of their field because the file states none, by that currency. Left out
 * are columns that have the name of their field, and those that a file with this header had before.
 */
export function unstatedAmounts(
  result: Schemas['DryRun'],
  edits: Edits,
  remembered: Edits | undefined,
): Record<string, string[]> {
  const unstated: Record<string, string[]> = {}
  for (const { column, field, rows } of amountsOf(result, edits)) {
    if (!rows || Object.keys(rows).length > 0) continue
    if (column === field.name || remembered?.columns[column] === field.name) continue
    const currency = currencyOf(field.unit)
    unstated[currency] = [...(unstated[currency] ?? []), column]
  }
  return unstated
}

/** The amounts that are mapped into fields of another currency, by what the file states; none where it states none. */
export function foreignAmounts(result: Schemas['DryRun'], edits: Edits): ForeignAmounts[] {
  const groups = new Map<string, ForeignAmounts>()
  for (const { column, field, rows = {} } of amountsOf(result, edits)) {
    const own = currencyOf(field.unit)
    if (Object.keys(rows).every((code) => code === own)) continue
    const signs = result.grid?.shared_signs[column]
    const key = JSON.stringify([own, rows, signs])
    const group = groups.get(key) ?? { columns: [], rows, own, signs }
    groups.set(key, { ...group, columns: [...group.columns, { column, field }] })
  }
  return [...groups.values()]
}

const codes = (rows: Rows): string[] => Object.keys(rows).sort()

/** Whether a person has said that amounts in exactly these currencies are taken as they are. */
export const isDecided = ({ columns, rows, own }: ForeignAmounts, edits: Edits): boolean =>
  columns.every(({ field }) => {
    const taken = edits.currencies[field.name]
    return taken !== undefined && codes(rows).every((code) => code === own || taken.includes(code))
  })

/** The amounts without a decision. */
export const openCurrencies = (result: Schemas['DryRun'], edits: Edits): ForeignAmounts[] =>
  foreignAmounts(result, edits).filter((amounts) => !isDecided(amounts, edits))

/** Take the amounts as they are. */
export function asTheyAre(edits: Edits, { columns, rows }: ForeignAmounts): Edits {
  const taken = columns.map(({ field }) => [field.name, codes(rows)] as const)
  return { ...edits, currencies: { ...edits.currencies, ...Object.fromEntries(taken) } }
}

/** Leave the columns of the amounts out. */
export const withoutAmounts = (edits: Edits, { columns }: ForeignAmounts): Edits =>
  columns.reduce((next, { column }) => withField(next, column, null), edits)

/**
 * Rows by currency in words.
 *
 * @example currencyWords({ USD: 62, CAD: 1 }) // 'USD (62 rows) and CAD (1 row)'
 */
export const currencyWords = (rows: Rows): string => {
  const parts = Object.entries(rows).map(([code, many]) => `${code} (${count(many, 'row')})`)
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}

/**
 * Amounts that a file states in another currency than its table: stored ones have that of the table, as on all pages.
 *
 * @example foreignWords('Price', { AAA: 62 }, 'BBB') // 'Price is stored as BBB; the file wrote AAA …'
 */
export function foreignWords(title: string, stated: Rows, unit = ''): string {
  const own = currencyOf(unit)
  return own
    ? `${title} is stored as ${own}; the file wrote ${currencyWords(stated)}, and nothing was converted.`
    : `${title} is in ${currencyWords(stated)}, as the file says.`
}

const NO_CURRENCY = ''

/**
 * The units by which the figures of a file are shown: an amount has the currency that the file states, and no
 * sign where it states several.
 */
export function unitsOfFile(
  units: Readonly<Record<string, string>>,
  stated: Readonly<Record<string, Rows>>,
): Record<string, string> {
  const own = Object.entries(stated).map(([name, rows]) => {
    const [first = NO_CURRENCY, ...others] = codes(rows)
    return [name, others.length > 0 ? NO_CURRENCY : first] as const
  })
  return { ...units, ...Object.fromEntries(own) }
}
