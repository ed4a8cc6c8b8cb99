import {
  currencyOf,
  DURATION,
  figureInFull,
  isName,
  isNumeric,
  isShare,
  isTime,
  typedSeconds,
} from '../../api/format'
import { plainNumber } from '../../formats/typed-number'
import { cellWords, type Labels, type Units } from '../../formats/columns'
import { day } from '../../formats/moments'
import { foldedColumns } from '../../formats/technical-columns'

/** A condition on a column, as the API reads it: `<column>:<operator>:<value>`. */
export interface Condition {
  column: string
  operator: string
  value: string
}

interface Column {
  name: string
  type: string
}

/** A filter that a dashboard states for the table, and so the table's page offers too. */
interface DashboardFilter {
  column: string
  tables: string[]
  panels: string[]
  label: string
  values: string
  is_from: boolean
  is_until: boolean
}

const WORDS: Record<string, string> = {
  eq: 'is',
  ne: 'is not',
  ge: 'at least',
  gt: 'more than',
  le: 'at most',
  lt: 'less than',
  in: 'is one of',
  contains: 'contains',
  empty: 'is empty',
}
const TIME_WORDS: Record<string, string> = { ...WORDS, ge: 'from', gt: 'after', le: 'until', lt: 'before' }

/** What can be asked about a column of the type, with its words. */
export function operators(type: string): { value: string; label: string }[] {
  const words = isTime(type) ? TIME_WORDS : WORDS
  const isText = !isTime(type) && !isNumeric(type) && type !== 'boolean'
  const names = isText
    ? ['contains', 'eq', 'ne', 'empty']
    : type === 'boolean'
      ? ['eq', 'empty']
      : ['ge', 'le', 'eq', 'ne', 'empty']
  return names.map((value) => ({ value, label: words[value] ?? value }))
}

/** Several values as one text with commas between them; a comma of a value has a backslash before it. */
export const listOf = (values: readonly string[]): string =>
  values.map((value) => value.replace(/[\\,]/g, '\\$&')).join(',')

/** The values of such a text. */
export const valuesOfList = (list: string): string[] =>
  list.replace(/\\(.)|,/gs, (_, sign?: string) => sign ?? '\0').split('\0')

/** The text of a condition for the address and the API. */
export const written = ({ column, operator, value }: Condition): string =>
  `${column}:${operator}:${operator === 'empty' ? 'true' : value}`

/** The conditions of an address; a text that is none is left to the API, which says why. */
export function readConditions(texts: string[]): Condition[] {
  return texts.map((text) => {
    const [column = '', operator = '', ...rest] = text.split(':')
    return { column, operator, value: rest.join(':') }
  })
}

/** A condition in words, by the headings of the columns. */
export function conditionWords(condition: Condition, heading: string, type: string, value: string): string {
  const words = (isTime(type) ? TIME_WORDS : WORDS)[condition.operator] ?? condition.operator
  if (condition.operator === 'empty')
    return `${heading} ${condition.value === 'false' ? 'has a value' : words}`
  return `${heading} ${words} ${value}`
}

/** A day with which moments are compared: its begin, or its last instant. */
const DAY_OF_UTC = /^\d{4}-\d{2}-\d{2}([T ]23:59:59(\.9+)?)?$/

/** The value of a condition as the cells of its column are read, with all of its digits. */
export function conditionValue({ column, operator, value }: Condition, type: string, unit = ''): string {
  const isMeasured = isNumeric(type) && !isName(column)
  const isMoment = type.startsWith('timestamp')
  const read = (text: string): string => {
    // The day of a moment is one of UTC, in which the lake counts days; a moment is in the zone of the person.
    if (isMoment && DAY_OF_UTC.test(text)) return `${day(text)} (UTC)`
    return isMeasured && text ? figureInFull(text, unit) : cellWords(column, text, '', type)
  }
  return operator === 'in' ? valuesOfList(value).map(read).join(', ') : read(value)
}

/** A condition in words, by the columns of its table, their headings and units. */
export function wordsOfCondition(
  condition: Condition,
  columns: Column[],
  headings: Labels,
  units: Units,
): string {
  const { column } = condition
  const type = columns.find(({ name }) => name === column)?.type ?? ''
  const value = conditionValue(condition, type, units[column])
  return conditionWords(condition, headings[column] ?? column, type, value)
}

/** The unit that a person writes a value in: shares as percent, amounts in the currency of the column, durations with colons. */
export function typedUnit(unit: string): string {
  if (unit === DURATION) return 'h:mm:ss'
  return isShare(unit) ? '%' : currencyOf(unit)
}

/** The value of a condition of what a person typed: 50 of a share is 0.5, 0:02:30 of a duration 150 seconds, and 1,5 a number. */
export function typedValue(typed: string, unit: string, type = 'double'): string {
  if (!isNumeric(type)) return typed
  if (unit === DURATION) return String(typedSeconds(typed) ?? typed)
  const digits = plainNumber(isShare(unit) ? typed.replace(/\s*%\s*$/, '') : typed)
  return isShare(unit) && digits ? String(Number((Number(digits) / 100).toPrecision(12))) : digits || typed
}

/** Why no row can be asked for by a condition of an address, in words for a person; empty where nothing is wrong. */
export function faultOf({ column, operator, value }: Condition, columns: Column[], heading: string): string {
  const type = columns.find(({ name }) => name === column)?.type
  if (type === undefined) return `This table has no column ${column || 'without a name'}.`
  const isText = !isNumeric(type) && !isTime(type) && type !== 'boolean'
  if (!WORDS[operator] || (operator === 'contains' && !isText))
    return `The column ${heading} cannot be compared by “${operator}”.`
  if (operator === 'empty')
    return TRUTH.has(value)
      ? ''
      : `The filter for empty values of ${heading} is true or false, not “${value}”.`
  const wrong = (operator === 'in' ? valuesOfList(value) : [value]).find((part) => !isValueOf(type, part))
  return wrong === undefined
    ? ''
    : `The column ${heading} is compared with ${kindOfValue(type)}, not with “${wrong}”.`
}

/** Why rows cannot be ordered by a text of an address; empty where they can. */
export function sortFaultOf(sort: string, columns: Column[]): string {
  const names = sort.split(',').map((part) => part.trim().replace(/^-/, ''))
  const unknown = names.find((name) => name && !columns.some((column) => column.name === name))
  return unknown ? `This table has no column ${unknown} to order its rows by.` : ''
}

const TRUTH: ReadonlySet<string> = new Set(['true', 'false'])

function isValueOf(type: string, text: string): boolean {
  if (isNumeric(type)) return text.trim() !== '' && Number.isFinite(Number(text))
  if (isTime(type)) return /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))
  return type !== 'boolean' || TRUTH.has(text)
}

function kindOfValue(type: string): string {
  if (isNumeric(type)) return 'a number'
  return isTime(type) ? 'a day such as 2026-01-31' : 'true or false'
}

/** The conditions with the one of this column and operator replaced, or removed where it has no value. */
export function replaced(conditions: Condition[], next: Condition): Condition[] {
  const others = conditions.filter(
    ({ column, operator }) => column !== next.column || operator !== next.operator,
  )
  return next.value ? [...others, next] : others
}

/** The filters by period, place and kind that this table has: its first day column, and what its dashboards filter by. */
export function quickFilters(
  columns: Column[],
  filters: DashboardFilter[],
  table: string,
): { period: string; choices: DashboardFilter[] } {
  const names = new Set(columns.map(({ name }) => name))
  const period = columns.find(({ type }) => isTime(type))?.name ?? ''
  const own = filters.filter(
    ({ column, tables, is_from, is_until }) =>
      !is_from && !is_until && tables.includes(table) && names.has(column) && column !== period,
  )
  return {
    period,
    choices: own.filter((filter, at) => own.findIndex(({ column }) => column === filter.column) === at),
  }
}

/** The columns that the contract names as those that decide, in its order; all columns, by priority, where it names none. */
export function decisive<T extends { name: string }>(
  columns: T[],
  first: readonly string[],
  keys: ReadonlySet<string>,
  units: Readonly<Record<string, string>> = {},
): T[] {
  const named = first.flatMap((name) => columns.find((column) => column.name === name) ?? [])
  return named.length > 0 ? named : byPriority(foldedColumns(columns).read, keys, units)
}

/** All columns: those that decide first, then the others by priority. */
export function allInOrder<T extends { name: string }>(
  columns: T[],
  first: readonly string[],
  keys: ReadonlySet<string>,
  units: Readonly<Record<string, string>> = {},
): T[] {
  return [...new Set([...decisive(columns, first, keys, units), ...byPriority(columns, keys, units)])]
}

/** The columns with those that decide first: keys, then measures that have a unit, then the others as the contract has them. */
export function byPriority<T extends { name: string }>(
  columns: T[],
  keys: ReadonlySet<string>,
  units: Readonly<Record<string, string>> = {},
): T[] {
  const rank = ({ name }: T): number => (keys.has(name) ? 0 : units[name] ? 1 : 2)
  return columns.toSorted((one, other) => rank(one) - rank(other))
}

/** Units of how far away something is, which tells less than how much it is. */
const SPANS = new Set(['periods', 'days'])

/**
 * Which columns stay on a phone, where a row opens with all of them: 1 for the first one, which has all keys, and the first
 * measure, 2 for other measures, 3 for the rest.
 */
export function phonePriorities(
  columns: { name: string; type?: string }[],
  keys: ReadonlySet<string>,
  units: Readonly<Record<string, string>> = {},
): (1 | 2 | 3)[] {
  const others = columns.slice(1).filter(({ name }) => !keys.has(name))
  const withUnit = others.filter(({ name }) => units[name])
  const measures =
    withUnit.length > 0 ? withUnit : others.filter(({ name, type = '' }) => isNumeric(type) && !isName(name))
  const first = measures.find(({ name }) => !SPANS.has(units[name] ?? '')) ?? measures[0]
  return columns.map(({ name }, at) => {
    if (name === first?.name || at === 0) return 1
    return units[name] && !keys.has(name) ? 2 : 3
  })
}
