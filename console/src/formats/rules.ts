import { count } from '../api/format'
import { label } from './words'

/** What a rule says of the values that break it. */
const WORDS: Record<string, string> = {
  required: 'is missing',
  minimum: 'is below the lowest value allowed',
  maximum: 'is above the highest value allowed',
  exclusive_minimum: 'is not above its lower bound',
  exclusive_maximum: 'is not below its upper bound',
  min_length: 'is too short',
  max_length: 'is too long',
  pattern: 'does not have the required form',
  gtin: 'is no article number, because its length or its check digit is wrong',
  valid_values: 'is none of the allowed values',
  type: 'does not have the type of its column',
  unique: 'occurs more than once',
  references: 'is in no row of the table that it names',
  card_number: 'is no valid card number',
  destroyed_number: 'was rounded by a spreadsheet',
  undeclared_card_number: 'holds a card number in a column that declares none',
}
/** What a rule about a whole row says of it. */
const ROWS: Record<string, string> = {
  duplicate_row: 'is the same as another row',
  duplicate_key: 'has the key of another row of the file, which is newer or was kept',
  ragged_row: 'has another number of cells than the header',
  footer: 'stands below the last row of the table',
}
/** Rules about files. */
const FILES: Record<string, string> = {
  needs_mapping: 'the columns have no fields yet',
  unknown_dataset: 'no contract describes the file',
  not_a_table: 'the file is no table',
  too_large: 'the file is too large',
  empty_file: 'the file is empty',
}

/** What a rule about one value says of the values that break it; undefined for another rule. */
export const valueRuleWords = (rule: string): string | undefined => WORDS[rule]

/** What a rule about a whole row says of the row; undefined for another rule. */
export const rowRuleWords = (rule: string): string | undefined => ROWS[rule]

/** What is wrong with a value that has not the type of its column, as the grid of an upload says it. */
const OF_TYPE: Readonly<Record<string, string>> = {
  bigint: 'is not a whole number',
  boolean: 'is neither yes nor no',
  date: 'is not a date',
  decimal: 'is not a number',
  double: 'is not a number',
  float: 'is not a number',
  int: 'is not a whole number',
  timestamp: 'is not a date with a time of day',
}

/** Returns the type of a column of a dataset; empty if it is not known. */
export type TypeOf = (column: string) => string

const wordsOf = (rule: string, type = ''): string | undefined =>
  (rule === 'type' ? OF_TYPE[type.replace(/\(.*/, '')] : undefined) ?? WORDS[rule]

/** A rule in words about the values that break it: `minimum` is "a value is below the lowest value allowed". */
export function ruleWords(rule: string, column = '', type = ''): string {
  const own = wordsOf(rule, type)
  if (own) return `${column || 'a value'} ${own}`
  if (ROWS[rule]) return `a row ${ROWS[rule]}`
  const whole = FILES[rule] ?? label(rule)
  return column ? `${column}: ${whole}` : whole
}

/** So many columns of a rule are named. */
const MOST_COLUMNS = 3

/** A rule in words about the values of some columns, by their titles. */
export function ruleOfColumns(rule: string, columns: string[], types: string[] = []): string {
  // Columns of several types share the general words.
  const shared = new Set(types.map((type) => wordsOf(rule, type))).size === 1 ? types[0] : ''
  if (columns.length <= 1) return ruleWords(rule, columns[0], shared)
  const more = columns.length - MOST_COLUMNS
  const named = columns.slice(0, MOST_COLUMNS).join(', ')
  return `${ruleWords(rule, '', shared)}: ${named}${more > 0 ? ` and ${count(more, 'more column')}` : ''}`
}

/** The rule about rows that have the key of another row of the file and other values. */
export const SAME_KEY = 'duplicate_key'

/** How many rows have the key of another row and other values: one of the two is wrong, or its key is. */
export const sameKeyRows = (reasons: { rule: string; rows: number }[] = []): number =>
  reasons.find(({ rule }) => rule === SAME_KEY)?.rows ?? 0

/** Whether a rule refuses duplicates of other rows of the file, about which nobody has to do anything. */
export const isOfDuplicates = (rule: string): boolean => rule.startsWith('duplicate_')
