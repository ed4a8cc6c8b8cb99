import type { Schemas } from '../api/client'
import { count, currencyOf } from '../api/format'

/** Types of contracts in words. */
const TYPES: Record<string, string> = {
  bigint: 'whole number',
  boolean: 'yes or no',
  date: 'day',
  double: 'number',
  int: 'whole number',
  string: 'text',
  timestamp: 'time in UTC',
  varchar: 'text',
}

/** How the gate masks a column, in words. */
const MASKS: Record<string, string> = {
  pan: 'card number: only its token, brand and last four digits are kept',
  cvv: 'verification code: never kept',
  track: 'data of a card’s track: never kept',
  ssn: 'social security number: only its last four digits are kept',
  free_text: 'card numbers in the text are replaced',
  masked: 'replaces a sensitive column',
  verdicts: 'says what was wrong with values that are not kept',
}

/**
 * A column's type in words.
 *
 * @example typeWords('decimal(14,4)') // 'number with up to 4 decimals'
 */
export function typeWords(type: string): string {
  const [, digits] = /^decimal\(\d+, ?(\d+)\)$/.exec(type) ?? []
  if (digits !== undefined)
    return digits === '0' ? 'whole number' : `number with up to ${count(Number(digits), 'decimal')}`
  return TYPES[type.replace(/\(.*/, '')] ?? type
}

/** Units whose word says what kind of number it is. */
const KINDS: Record<string, string> = {
  percent: 'percentage',
  probability: 'probability: 0.25 is shown as 25 %',
  rank: 'rank, a whole number',
  score: 'score',
  share: 'share: 0.25 is shown as 25 %',
}

/**
 * How a column's values are written: their unit, their decimals, and how a share is shown.
 *
 * @example valueWords('decimal(18,2)', 'USD') // 'amount in USD, up to 2 decimals'
 */
export function valueWords(type: string, unit = ''): string {
  const words = typeWords(type)
  if (!unit) return words
  if (KINDS[unit]) return KINDS[unit]
  if (currencyOf(unit))
    return `amount in ${unit}${words.replace(/^number( with|$)|^whole number$/, (found) => (found === 'number with' ? ',' : found === 'number' ? '' : ', no decimals'))}`
  return words.endsWith('number') ? `${words} of ${unit}` : `${words}, in ${unit}`
}

const NAME_IN_TEXT = /(?<![\w.`/])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w`(/])/g

/**
 * A text of a contract in which columns and tables have their titles instead of their names.
 *
 * @example plainNames('mean of net_total', new Map([['net_total', 'Net total']])) // 'mean of “Net total”'
 */
export const plainNames = (text: string, titles: ReadonlyMap<string, string>): string =>
  text.replace(NAME_IN_TEXT, (name) => (titles.has(name) ? `“${titles.get(name) ?? name}”` : name))

export const maskWords = (mask: string): string => MASKS[mask] ?? mask

/** The form of times of day in drafted contracts. */
const TIME_OF_DAY = '^(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?$'

/** A rule in words; a regular expression is for those who write contracts. */
export const ruleInWords = (rule: string): string =>
  rule
    .replace(/^matches `(.*)`(?=$| \()/, (_, form: string) =>
      form === TIME_OF_DAY ? 'a time of day, h:mm or h:mm:ss' : 'has a fixed form',
    )
    .replaceAll('_', ' ')

/** What holds for the values of a column, in words: its key, its rules, and whether they are about people. */
export const columnRules = (
  column: Pick<Schemas['ContractColumn'], 'primary_key' | 'required' | 'personal' | 'sensitive' | 'rules'>,
): string[] =>
  [
    column.primary_key ? 'key' : '',
    column.required ? 'required' : '',
    column.personal ? 'about people' : '',
    column.sensitive ? maskWords(column.sensitive) : '',
    ...column.rules.map(ruleInWords),
  ].filter(Boolean)
