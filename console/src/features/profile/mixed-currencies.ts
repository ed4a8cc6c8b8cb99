import type { Schemas } from '../../api/client'
import { currencyOf } from '../../api/format'
import { quotedName } from '../../formats/sql'

type Profiled = Pick<Schemas['ColumnProfile'], 'name' | 'type' | 'facts'>

const CODE = /^[A-Z]{3}$/
const OF_CURRENCIES = /(^|_)(currency|currencies|waehrung|wahrung|devise|moneda|valuta)(_code)?$/i
const OF_MONEY =
  /(^|_)(amount|value|price|total|subtotal|sum|net|gross|cost|costs|fee|tax|revenue|sales|betrag|preis|wert|summe|kosten|netto|brutto|umsatz|gebuehr|montant|prix|importe|precio|importo|prezzo)(_|$)/i

/** The column with the currency of each row, and the currencies that the rows have. */
export interface Currencies {
  column: string
  codes: string[]
}

/** The currencies of the rows, where one column names them; undefined for any other file. */
export function currenciesOf(columns: Profiled[]): Currencies | undefined {
  const all = columns.filter(({ name }) => OF_CURRENCIES.test(name))
  const [only] = all
  if (all.length !== 1 || !only) return undefined
  const top = ((only.facts.top ?? []) as { value: string }[]).map(({ value }) => value)
  const codes = top.filter((value) => CODE.test(value))
  return codes.length > 0 && codes.length === top.length ? { column: only.name, codes } : undefined
}

const NUMBERS = new Set(['int', 'decimal', 'float'])

/**
 * Whether a column has amounts that are in the currency of their row. The unit of its contract may be that of the lake,
 * so the row counts, unless the column's name ends with the code of the unit.
 */
const isOfRow = ({ name, type }: Profiled, unit: string): boolean =>
  NUMBERS.has(type) &&
  OF_MONEY.test(name) &&
  (!unit || Boolean(currencyOf(unit) && !name.toLowerCase().endsWith(`_${unit.toLowerCase()}`)))

/** Whether a column has amounts of several currencies. */
export const isMixed = (column: Profiled, unit: string, of: Currencies | undefined): of is Currencies =>
  of !== undefined && of.codes.length > 1 && isOfRow(column, unit)

/** The unit of a column's values: amounts have the currency of their rows, and none where these have several. */
export function unitOfRows(column: Profiled, unit: string, of: Currencies | undefined): string {
  const [first = '', ...others] = of && isOfRow(column, unit) ? of.codes : [unit]
  return others.length > 0 ? '' : first
}

/** A statement with the amounts of each currency. */
export function byCurrency(name: string, { column }: Currencies, table: string): string {
  const [amount, currency] = [quotedName(name), quotedName(column)]
  return `SELECT ${currency}, count(${amount}) AS amounts, min(${amount}) AS lowest, avg(${amount}) AS mean, max(${amount}) AS highest\nFROM ${table}\nGROUP BY ${currency}\nORDER BY 2 DESC`
}
