import { isNumeric, isTime } from '../../api/format'

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
  le: 'at most',
  contains: 'contains',
  empty: 'is empty',
}
const TIME_WORDS: Record<string, string> = { ...WORDS, ge: 'from', le: 'until' }

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
  return condition.operator === 'empty' ? `${heading} ${words}` : `${heading} ${words} ${value}`
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
  return named.length > 0 ? named : byPriority(columns, keys, units)
}

/** The columns with those of which the shown rows have no value last, where they take no room from others; keys stay first. */
export function emptyLast<T extends { name: string }>(
  columns: T[],
  hasNoValue: (column: T) => boolean,
  keys: ReadonlySet<string>,
): T[] {
  const rank = (column: T): number => (!keys.has(column.name) && hasNoValue(column) ? 1 : 0)
  return columns.toSorted((one, other) => rank(one) - rank(other))
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
 * Which columns stay on a phone, where a row opens with all of them: 1 for the first two keys and the first measure, 2 for
 * other measures, 3 for the rest. The columns are those of `byPriority`.
 */
export function phonePriorities(
  columns: { name: string }[],
  keys: ReadonlySet<string>,
  units: Readonly<Record<string, string>> = {},
): (1 | 2 | 3)[] {
  const measures = columns.filter(({ name }) => !keys.has(name) && units[name])
  const first = measures.find(({ name }) => !SPANS.has(units[name] ?? '')) ?? measures[0]
  return columns.map(({ name }, at) => {
    if (name === first?.name || (keys.has(name) && at < 2)) return 1
    return units[name] && !keys.has(name) ? 2 : 3
  })
}
