import type { Schemas } from '../../api/client'
import { quoted, quotedName } from '../../formats/sql'
import { literal, onlyKey } from '../catalog/belonging'
import { levelColumns } from '../catalog/level-columns'
import { type Chosen, type Filter, shortWords, takesSeveral } from './filters'
import { largestNumber } from '../../formats/extremes'

type Table = Schemas['CatalogTable']
type LevelledTable = Table & { levels: Schemas['CatalogLevels'] }
type Column = Schemas['ContractColumn']

/** A filter that a person chose on the dashboard before; its column is named as the key that it references. */
export interface LeftFilter {
  column: string
  values: readonly string[]
  tables: string[]
  bound: Bound
  /** The filter and its value in people's words. */
  words: string
  /** The title of the dashboard on which it was chosen. */
  origin: string
  /** The names of the filters of this page that have a part of it, or all of it in other words, as the hall of a series by hall and kind. */
  parts?: string[] | undefined
  /** Whether a part of it was chosen on a dashboard since, so that a page which can take neither names the part alone. */
  isSaidByPart?: boolean
}

type Bound = '' | 'from' | 'until'

/** Values, or the statement that selects as many. */
type Values = { values: readonly string[] } | { sql: string; many: number }

/** A filter of the next dashboard: its values are known, or the statement that finds them. */
export type CarriedWay = { filter: Filter } & Values

/** What a chosen filter says of a column. */
type Fact = { column: string } & Values

const boundOf = ({ is_from, is_until }: Filter): Bound => (is_from ? 'from' : is_until ? 'until' : '')

/** The column of a filter's values, named as the key of the dataset that it references. */
function columnOf({ column, lookup, tables: own }: Filter, tables: Table[]): string {
  if (lookup) return lookup.by
  const references = tables
    .filter(({ name }) => own.includes(name))
    .flatMap(({ columns }) => columns.filter(({ name }) => name === column))
    .find((each) => each.references)?.references
  return references?.split('.')[1] ?? column
}

/** The chosen filters of a dashboard, as a link to another one carries them; `originOf` is where each was chosen. */
export const leftFilters = (
  filters: readonly Filter[],
  chosen: Chosen,
  tables: Table[],
  originOf: (name: string) => string,
): LeftFilter[] =>
  filters
    .filter(({ name }) => chosen[name])
    .map((filter) => ({
      column: columnOf(filter, tables),
      values: chosen[filter.name] ?? [],
      tables: filter.tables,
      bound: boundOf(filter),
      words: shortWords(filter, chosen[filter.name] ?? []),
      origin: originOf(filter.name),
    }))

/** The filters of a dashboard that follow from those of the one before; others are dropped. A filter of one value gets the first of several. */
export function carriedTo(filters: readonly Filter[], left: LeftFilter[], tables: Table[]): CarriedWay[] {
  const chosen = left.filter(({ bound }) => bound === '')
  const every = chosen.flatMap((each) => factsOf(each, tables))
  const first = chosen.flatMap((each) => factsOf({ ...each, values: each.values.slice(0, 1) }, tables))
  const ways = filters.flatMap((filter): CarriedWay[] => {
    const column = columnOf(filter, tables)
    const bound = boundOf(filter)
    const facts = takesSeveral(filter) ? every : first
    const same = left.find((each) => bound && each.bound === bound && each.column === column)
    const way = bound ? same : (factOf(column, facts, tables) ?? rowOfLevel(filter, facts, tables))
    if (!way) return []
    if ('values' in way) return [{ filter, values: way.values }]
    return [{ filter, sql: `${way.sql} LIMIT ${way.many + 1}`, many: way.many }]
  })
  // A filter may have several tables, each with a column of its own.
  return ways.filter(({ filter }, at) => ways.findIndex((way) => way.filter.name === filter.name) === at)
}

const manyOf = (of: Values): number => ('values' in of ? of.values.length : of.many)

/** The filters of a page that were chosen on another dashboard, its title by their names, and those that wait because it cannot take them. */
export interface Arrived {
  origins: Readonly<Record<string, string>>
  waiting: LeftFilter[]
}

/** Where the carried filters were chosen, and the left ones that they do not say, or say only a part of. */
export function arrivedOf(
  filters: readonly Filter[],
  left: LeftFilter[],
  tables: Table[],
  carried: readonly string[],
): Arrived {
  const ways = left.map((each) => ({
    each,
    names: carriedTo(filters, [each], tables)
      .map(({ filter }) => filter.name)
      .filter((name) => carried.includes(name)),
  }))
  const originOf = (name: string): string =>
    (ways.find(({ names }) => names.includes(name)) ?? ways[0])?.each.origin ?? ''
  const isWhole = (each: LeftFilter, names: string[]): boolean =>
    !isCut(each, names, filters) &&
    (!levelledBy(each.column, each.tables, tables) ||
      filters.some((filter) => names.includes(filter.name) && columnOf(filter, tables) === each.column))
  return {
    origins: Object.fromEntries(carried.map((name) => [name, originOf(name)])),
    waiting: ways.flatMap(({ each, names }): LeftFilter[] => {
      if (names.length === 0) return [{ ...each, parts: undefined }]
      return isWhole(each, names) ? [] : [{ ...each, parts: names }]
    }),
  }
}

/** Whether only the first of several chosen values came to the filters of these names. */
export const isCut = (
  { values, bound }: LeftFilter,
  names: readonly string[],
  filters: readonly Filter[],
): boolean =>
  bound === '' &&
  values.length > 1 &&
  filters.some((filter) => names.includes(filter.name) && !takesSeveral(filter))

/** The filters that wait after the filter of this name was chosen otherwise: one of which it was a part is given up. */
export const waitingAfter = (waiting: readonly LeftFilter[], name: string): LeftFilter[] =>
  waiting.filter(({ parts = [] }) => !parts.includes(name))

/** The filters for the next dashboard: those chosen here, and those that wait, unless one of the same column was chosen since. */
export const withWaiting = (chosen: LeftFilter[], waiting: readonly LeftFilter[]): LeftFilter[] => [
  ...chosen,
  ...waiting
    .filter(({ column, bound }) => !chosen.some((each) => each.column === column && each.bound === bound))
    .map((each) => (each.parts?.length ? { ...each, isSaidByPart: true } : each)),
]

/** The first of a filter's tables of which its column identifies the rows of every level, as a series does. */
const levelledBy = (column: string, names: string[], tables: Table[]): LevelledTable | undefined =>
  names
    .flatMap((name) => tables.filter((table) => table.name === name))
    .find(
      (table): table is LevelledTable =>
        table.levels != null &&
        !levelColumns(table.levels).includes(column) &&
        table.columns.some((each) => each.name === column && each.primary_key),
    )

/** The value of the column itself, and for a row of a table with levels those of the columns of its level. */
function factsOf({ column, values, tables: names }: LeftFilter, tables: Table[]): Fact[] {
  const table = levelledBy(column, names, tables)
  const own: Fact = { column, values }
  const [value, ...others] = values
  if (!table || value === undefined || others.length > 0) return [own]
  return [
    own,
    ...levelColumns(table.levels).map((part) => ({
      column: part,
      sql: partStatement(table, part, column, value),
      many: 1,
    })),
  ]
}

/** The statement of one column of a level, by the row that was chosen; without rows where its level lacks the column. */
function partStatement(table: LevelledTable, part: string, column: string, value: string): string {
  const levels = Object.entries(table.levels.rows).flatMap(([level, columns]) =>
    columns.includes(part) ? [quoted(level)] : [],
  )
  const row = `${quotedName(column)} = ${quoted(value)}`
  const level = `${quotedName(table.levels.column)} IN (${levels.join(', ')})`
  return `${select(part, table)} WHERE ${row} AND ${level}`
}

const select = (column: string, { database, name }: Table): string =>
  `SELECT DISTINCT ${quotedName(column)} FROM ${database}.${name}`

/** What the chosen filters say of a column: directly, or by the one dataset that has its value beside its key. */
function factOf(column: string, facts: Fact[], tables: Table[]): Fact | undefined {
  const direct = facts.find((fact) => fact.column === column)
  if (direct) return direct
  const ways = tables.flatMap((table): Fact[] => {
    const key = onlyKey(table)
    const has = (name: string) => table.columns.find((each) => each.name === name && !each.personal)
    if (!key || !has(column)) return []
    return facts.flatMap((fact) => {
      const by = has(fact.column)
      const is = by && (by === key || column === key.name) ? condition(by, fact) : ''
      return is ? [{ column, sql: `${select(column, table)} WHERE ${is}`, many: manyOf(fact) }] : []
    })
  })
  return ways.length === 1 ? ways[0] : undefined
}

/** The condition of rows of which a column has the value of a fact; empty where none can have it. */
function condition(column: Column, fact: Fact): string {
  const name = quotedName(column.name)
  if ('sql' in fact) return `${name} IN (${fact.sql})`
  const literals = fact.values.map((value) => literal(column, value))
  if (literals.includes(undefined)) return ''
  return literals.length === 1 ? `${name} = ${literals[0] ?? ''}` : `${name} IN (${literals.join(', ')})`
}

/** The rows of the level with most columns of which the chosen filters say the values of each. */
function rowOfLevel(filter: Filter, facts: Fact[], tables: Table[]): Fact | undefined {
  const { column } = filter
  const table = levelledBy(column, filter.tables, tables)
  if (!table) return undefined
  const chosen = facts.filter((fact) => 'values' in fact)
  const levels = Object.entries(table.levels.rows).flatMap(([level, parts]) => {
    const conditions = parts.flatMap((part) => {
      const fact = factOf(part, chosen, tables)
      const own = table.columns.find(({ name }) => name === part)
      const is = fact && own ? condition(own, fact) : ''
      return fact && is ? [{ is, many: manyOf(fact) }] : []
    })
    return parts.length > 0 && conditions.length === parts.length ? [{ level, conditions }] : []
  })
  const most = largestNumber(levels.map(({ conditions }) => conditions.length))
  const [finest, ...others] = levels.filter(({ conditions }) => conditions.length === most)
  if (!finest || others.length > 0) return undefined
  const of = [
    `${quotedName(table.levels.column)} = ${quoted(finest.level)}`,
    ...finest.conditions.map(({ is }) => is),
  ]
  const many = finest.conditions.reduce((product, each) => product * each.many, 1)
  return { column, sql: `${select(column, table)} WHERE ${of.join(' AND ')}`, many }
}
