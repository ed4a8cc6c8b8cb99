import type { Schemas } from '../../api/client'
import { quotedName } from '../../formats/sql'

type Profiled = Pick<Schemas['ColumnProfile'], 'name' | 'type' | 'facts'>

const CODE = /^[A-Z]{3}$/
const OF_CURRENCIES = /(^|_)(currency|currencies|waehrung|wahrung|devise|moneda|valuta)(_code)?$/i
const OF_MONEY =
  /(^|_)(amount|value|price|total|subtotal|sum|net|gross|cost|costs|fee|tax|revenue|sales|betrag|preis|wert|summe|kosten|netto|brutto|umsatz|gebuehr|montant|prix|importe|precio|importo|prezzo)(_|$)/i

/** The column with the currency of each row, and the currencies that it has. */
export interface Currencies {
  column: string
  codes: string[]
}

/** The currencies of the rows, where one column names more than one of them; undefined for any other file. */
export function currenciesOf(columns: Profiled[]): Currencies | undefined {
  const all = columns.filter(({ name }) => OF_CURRENCIES.test(name))
  const [only] = all
  if (all.length !== 1 || !only) return undefined
  const top = ((only.facts.top ?? []) as { value: string }[]).map(({ value }) => value)
  const codes = top.filter((value) => CODE.test(value))
  return codes.length > 1 && codes.length === top.length ? { column: only.name, codes } : undefined
}

const NUMBERS = new Set(['int', 'decimal', 'float'])

/** Whether a column has amounts that are in the currency of their row. */
export const isMixed = ({ name, type }: Profiled, unit = ''): boolean =>
  !unit && NUMBERS.has(type) && OF_MONEY.test(name)

/** A statement with the amounts of each currency. */
export function byCurrency(name: string, { column }: Currencies, table: string): string {
  const [amount, currency] = [quotedName(name), quotedName(column)]
  return `SELECT ${currency}, count(${amount}) AS amounts, min(${amount}) AS lowest, avg(${amount}) AS mean, max(${amount}) AS highest\nFROM ${table}\nGROUP BY ${currency}\nORDER BY 2 DESC`
}
