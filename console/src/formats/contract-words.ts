import { count } from '../api/format'

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

export const maskWords = (mask: string): string => MASKS[mask] ?? mask

/** A rule in words; a regular expression is for those who write contracts. */
export const ruleInWords = (rule: string): string =>
  rule.replace(/^matches `.*`$/, 'has a fixed form').replaceAll('_', ' ')
