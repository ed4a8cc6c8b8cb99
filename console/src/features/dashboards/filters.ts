import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { quoted, nameInSql } from '../../formats/sql'
import { heading, inSentence } from '../../formats/words'
import { listOf } from '../catalog/row-filters'
import type { Bounds } from '../query/open-period'
import { readBy, type Source } from '../query/sources'
import { blankTexts, masking } from '../query/statement-text'
import { eventTable, referencedBy, whyNoPeriod } from './event-table'
import { hasShareOfTotal } from './share-of-total'

/** The table in which a key has the value of a filter: a region's id is looked up by its name. */
export interface Lookup {
  table: Table
  /** The column that other tables reference. */
  key: string
  /** The column that the filter chooses by. */
  by: string
}

/** A filter of a dashboard; with a lookup its column references a table that has the chosen value. */
export type Filter = Schemas['DashboardFilter'] & {
  lookup?: Lookup
  /** Whether it is a period that the console made for a table, with a column of it. */
  is_of_table?: boolean
}
type Panel = Pick<Schemas['Panel'], 'name' | 'sql' | 'table' | 'rows'>
type Table = Schemas['CatalogTable']

/** The chosen values by the name of their filter; a filter without a value has no entry. */
export type Chosen = Readonly<Record<string, readonly string[]>>

/** The values of some filters in an address. */
export const chosenIn = (search: URLSearchParams, filters: readonly Filter[]): Chosen =>
  Object.fromEntries(
    filters.flatMap((filter) => {
      const values = [...new Set(search.getAll(filter.name).filter(Boolean))]
      const taken = takesSeveral(filter) ? values : values.slice(0, 1)
      return taken.length > 0 ? [[filter.name, taken]] : []
    }),
  )

/** A panel under the filters that a person chose. */
export interface Narrowed {
  sql: string
  /** The statement about the figures of the run, whatever was decided since: a question is kept with it. */
  sqlOfRun?: string
  /** Labels of chosen filters that do not change the panel. */
  ignored: string[]
  /** Whether it computes shares of a total, of which a chosen filter leaves a part. */
  isOfRest?: boolean
  /** The chosen filters that change the panel, such as `Country: Ireland`. */
  words: string[]
  /** Conditions of the rows of the panel's table, as filters of the table's page. */
  rows: string[]
  /** Another statement about the panel under the same filters. */
  narrow: (sql: string) => string
  /** The chosen filters as a page's address has them; empty for none. */
  address: string
  /** The first and the last day that the chosen filters leave of it. */
  bounds?: Bounds | undefined
  /** By which column a chosen period narrows it, or why it does not; empty without a period of the tables. */
  period?: string
}

/** What the chosen filters make of a panel. */
export function narrowed(panel: Panel, all: Filter[], chosen: Chosen, tables: Table[]): Narrowed {
  const filters = filtersFor(all, panel.sql, tables)
  const active = filters.filter((one) => chosen[one.name])
  const own = active.filter(
    (one) => !one.lookup && !one.through && isFor(one, panel.name) && one.tables.includes(panel.table),
  )
  return {
    sql: filteredSql(panel, filters, chosen, tables),
    ignored: ignoredLabels(active, (one) => narrows(one, panel)),
    isOfRest: isOfRest(
      panel.sql,
      active.filter((one) => isFor(one, panel.name)),
    ),
    words: narrowedWords(
      active.filter((one) => narrows(one, panel)),
      chosen,
    ),
    rows: [
      ...(panel.rows ?? []),
      ...own.map((one) => rowCondition(one, chosen[one.name] ?? [], typeOf(tables, panel.table, one.column))),
    ],
    narrow: (sql) => filteredSql({ name: panel.name, sql }, filters, chosen, tables),
    address: addressOf(active, chosen),
    bounds: boundsOf(
      active.filter((one) => narrows(one, panel)),
      chosen,
      tables,
    ),
    period: periodWords(panel, active, tables),
  }
}

/** The chosen filters as the address of a page has them. */
export const addressOf = (active: readonly Filter[], chosen: Chosen): string =>
  new URLSearchParams(
    oncePerName(active).flatMap(({ name }) => (chosen[name] ?? []).map((value) => [name, value])),
  ).toString()

/** By which column a chosen period of the tables narrows a statement, or why it does not; empty without one. */
export function periodWords(panel: Pick<Panel, 'name' | 'sql'>, active: Filter[], tables: Table[]): string {
  const periods = active.filter((one) => one.is_of_table && isBound(one))
  if (periods.length === 0) return ''
  const words = periods
    .filter((one) => narrows(one, panel))
    .map(({ tables: [table = ''], column }) => `${heading(table)} by ${heading(column)}`)
  return words.length > 0
    ? `The period reads ${[...new Set(words)].join(', ')}.`
    : whyNoPeriod(panel.sql, tablesRead(panel.sql, tables))
}

/**
 * The filters as they are for a statement: a period narrows the table whose rows happen in it, and none that others
 * reference, because the guest of a stay may have joined before. Where no table is certain, it narrows none.
 */
export function filtersFor(filters: Filter[], sql: string, tables: Table[]): Filter[] {
  if (!filters.some(isBound)) return filters
  const read = tablesRead(sql, tables)
  const event = eventTable(sql, read)
  return filters.map((one) => {
    if (!isBound(one)) return one
    if (one.is_of_table) return { ...one, tables: one.tables.filter((name) => name === event?.name) }
    const own = read.filter(({ name }) => one.tables.includes(name))
    const masters = own.filter((table) => own.some((other) => referencedBy(other, read).has(table)))
    return { ...one, tables: one.tables.filter((name) => !masters.some((table) => table.name === name)) }
  })
}

/** Whether a filter is an end of a period, and not one of many values. */
export const isBound = ({ is_from, is_until }: Pick<Filter, 'is_from' | 'is_until'>): boolean =>
  is_from || is_until

/** The filters that narrow a statement with their values, such as `Country: Ireland`. */
export const narrowedWords = (narrowing: readonly Filter[], chosen: Chosen): string[] =>
  oncePerName(narrowing).map(
    ({ name, label, column }) =>
      `${label}: ${(chosen[name] ?? []).map((value) => cellWords(column, value)).join(' or ')}`,
  )

/** The most values that a short text names. */
const MOST_NAMED = 2

/** The same in few words: several values are counted, such as `3 regions`. */
export function shortWords(
  { label, column }: Pick<Filter, 'label' | 'column'>,
  values: readonly string[],
): string {
  if (values.length > MOST_NAMED) return countedWords(label, values.length)
  return `${label}: ${values.map((value) => cellWords(column, value)).join(' or ')}`
}

/** How many values are chosen, such as `2 regions`; empty of one, for whose name a field has room. */
export const countedValues = ({ label }: Pick<Filter, 'label'>, values: readonly string[]): string =>
  values.length > 1 ? countedWords(label, values.length) : ''

const countedWords = (label: string, many: number): string =>
  `${many} ${inSentence(label)
    .replace(/([^aeiou])y$/, '$1ie')
    .replace(/([^s])$/, '$1s')}`

/** Whether a filter takes several values. A period has two ends, and a panel that asks for the whole takes one part instead. */
export const takesSeveral = (filter: Pick<Filter, 'is_from' | 'is_until' | 'whole'>): boolean =>
  !isBound(filter) && !filter.whole

/** The first and the last day that a period leaves of a statement, by the filters that narrow it; undefined without a period. */
export function boundsOf(narrowing: Filter[], chosen: Chosen, tables: Table[]): Bounds | undefined {
  const days = narrowing.filter((one) => isBound(one) && asksForDay(one, tables))
  if (days.length === 0) return undefined
  const dayBy = (filter: Filter | undefined): string =>
    (filter && chosen[filter.name]?.[0]?.slice(0, 10)) ?? ''
  const isOfDays = ({ tables: names, column }: Filter): boolean =>
    !isMoment(typeOf(tables, names[0] ?? '', column))
  return {
    from: dayBy(days.find(({ is_from }) => is_from)),
    until: dayBy(days.find(({ is_until }) => is_until)),
    ofDays: days.find(isOfDays)?.column ?? '',
  }
}

/** The filters as a page shows them: a period has one of a name for each table. */
export const oncePerName = <One extends { name: string }>(filters: readonly One[]): One[] =>
  filters.filter(({ name }, at) => filters.findIndex((filter) => filter.name === name) === at)

/** The labels of filters of which none with their name changes a panel; a period has one for each table. */
export function ignoredLabels(active: Filter[], changes: (filter: Filter) => boolean): string[] {
  const changing = new Set(active.filter(changes).map(({ name }) => name))
  return [...new Set(active.filter(({ name }) => !changing.has(name)).map(({ label }) => label))]
}

/**
 * The statement of a panel with the filters that a person chose.
 *
 * Each filtered table is shadowed by a subquery of its name, so the statement itself stays what the dashboard states.
 */
export function filteredSql(
  panel: Pick<Panel, 'name' | 'sql'>,
  filters: Filter[],
  chosen: Chosen,
  tables: Table[],
): string {
  const active = filtersFor(filters, panel.sql, tables).filter(
    (one) => chosen[one.name] && isFor(one, panel.name),
  )
  return shadowed(panel.sql, tables, (table) => {
    const own = active.filter((one) => one.tables.includes(table.name))
    return own.length > 0 ? shadow(table, own, chosen, tables) : ''
  })
}

/** The statement in which subqueries replace its tables; a table without one stays. */
export function shadowed(sql: string, tables: Table[], subqueryOf: (table: Table) => string): string {
  const shadows: string[] = []
  let through = sql
  for (const table of tablesRead(sql, tables)) {
    const subquery = subqueryOf(table)
    if (!subquery) continue
    const read = readThrough(through, table)
    through = read.sql
    shadows.push(`${read.name} AS (\n  ${subquery}\n)`)
  }
  if (shadows.length === 0) return sql
  const isWith = /^\s*WITH\s/i.test(through)
  const rest = isWith ? through.replace(/^\s*WITH\s+/i, '') : through
  return `WITH ${shadows.join(',\n')}${isWith ? ',\n' : '\n'}${rest}`
}

const inDatabase = ({ database, name }: Table): RegExp =>
  new RegExp(`"?\\b${database}"?\\."?${name}\\b"?`, 'gi')

/** Whether a name behind FROM or JOIN may be a table: with a database it is of that one. */
const isOf = ({ database, name }: Source, table: Table): boolean =>
  name === table.name.toLowerCase() && (database === '' || database === table.database.toLowerCase())

/** The tables that a statement reads. Of two with one name it is the one whose database is named, else that of a system. */
export function tablesRead(sql: string, tables: Table[]): Table[] {
  const { sources } = readBy(sql)
  const named = tables.filter((table) => sources.some((source) => isOf(source, table)))
  const rank = (table: Table): number =>
    sources.some((source) => source.database !== '' && isOf(source, table)) ? 0 : table.system ? 1 : 2
  return named.filter((table) => {
    const same = named.filter(({ name }) => name === table.name)
    return same.every(
      (other) =>
        other === table ||
        rank(table) < rank(other) ||
        (rank(table) === rank(other) && same.indexOf(table) < same.indexOf(other)),
    )
  })
}

/** The statement in which a subquery of some name replaces a table: of the table's name, unless the statement calls a subquery of its own so. */
function readThrough(sql: string, table: Table): { sql: string; name: string } {
  const { sources, own } = readBy(sql)
  const isOwn = own.has(table.name.toLowerCase())
  const name = isOwn ? `filtered_${table.name}` : table.name
  const isQualifier = new RegExp(`\\b${table.name}"?\\s*\\.`, 'i').test(masking(sql))
  let through = sql
  for (const source of sources.filter((one) => isOf(one, table)).toReversed()) {
    if (!isOwn && !source.database) continue
    const alias = isOwn && !source.hasAlias && isQualifier ? ` AS ${table.name}` : ''
    through = through.slice(0, source.from) + name + alias + through.slice(source.until)
  }
  return { sql: withoutDatabase(through, table), name }
}

/** The statement in which the columns of a table name it without its database; its texts stay. */
function withoutDatabase(sql: string, table: Table): string {
  const places = [...blankTexts(sql).matchAll(inDatabase(table))].toReversed()
  return places.reduce(
    (text, { 0: words, index }) => text.slice(0, index) + table.name + text.slice(index + words.length),
    sql,
  )
}

/** Another statement about a table of which only the rows with these conditions are shown, as far as filters have their columns. */
export function filteredByRows(
  sql: string,
  table: string,
  filters: Filter[],
  conditions: { column: string; operator: string; value: string }[],
  tables: Table[],
): string {
  const own = filters.filter(
    (one) => one.tables.includes(table) && !isBound(one) && !one.lookup && !one.through,
  )
  const chosen = Object.fromEntries(
    own.flatMap(({ name, column }) => {
      const is = conditions.find((each) => each.column === column && each.operator === 'eq')
      return is ? [[name, [is.value]]] : []
    }),
  )
  return filteredSql(
    { name: '', sql },
    own.map((one) => ({ ...one, panels: [] })),
    chosen,
    tables,
  )
}

const isFor = (filter: Filter, panel: string): boolean =>
  filter.panels.length === 0 || filter.panels.includes(panel)

const reads = (sql: string, table: string): boolean =>
  readBy(sql).sources.some(({ name }) => name === table.toLowerCase())

/** Whether a statement has shares of a total of a table that chosen filters narrow. That of a period is what one expects. */
export const isOfRest = (sql: string, active: Filter[]): boolean =>
  active.some((one) => !isBound(one) && hasShareOfTotal(sql, one.tables))

/** Whether a chosen filter changes a panel. */
export const narrows = (filter: Filter, panel: Pick<Panel, 'name' | 'sql'>): boolean =>
  isFor(filter, panel.name) && filter.tables.some((table) => reads(panel.sql, table))

export const typeOf = (tables: Table[], table: string, column: string): string =>
  tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)?.type ?? ''

const isMoment = (type: string): boolean => /^timestamp/i.test(type)

/** Whether a filter compares with a day, which its value must be. */
export const isOfDay = ({ tables: [table = ''], column }: Filter, tables: Table[]): boolean =>
  hasDays(typeOf(tables, table, column))

const hasDays = (type: string): boolean => type === 'date' || isMoment(type)

/** Whether a filter asks for a day, and not for one of many values. */
export const asksForDay = (filter: Filter, tables: Table[]): boolean =>
  isBound(filter) && (filter.values === '' || isMoment(typeOf(tables, filter.tables[0] ?? '', filter.column)))

/** The last moment of a day, as the table's page compares moments. */
export const endOfDay = (day: string): string => `${day.slice(0, 10)}T23:59:59.999999`

function rowCondition(
  { column, is_from, is_until }: Filter,
  values: readonly string[],
  type: string,
): string {
  const [value = ''] = values
  if (is_from) return `${column}:ge:${value}`
  if (!is_until) return values.length > 1 ? `${column}:in:${listOf(values)}` : `${column}:eq:${value}`
  return `${column}:le:${isMoment(type) ? endOfDay(value) : value}`
}

function shadow(table: Table, filters: Filter[], chosen: Chosen, tables: Table[]): string {
  const columns = table.columns.map(({ name }) => {
    const whole = filters.find((one) => one.column === name)?.whole
    return whole ? `${quoted(whole)} AS ${nameInSql(name)}` : nameInSql(name)
  })
  const conditions = filters.map((one) => {
    const values = chosen[one.name] ?? []
    const type = table.columns.find(({ name }) => name === one.column)?.type ?? ''
    return conditionThrough(one, values, tables) ?? condition(one, values, type)
  })
  const source = `${table.database}.${table.name}`
  return `SELECT ${columns.join(', ')}\n  FROM ${source}\n  WHERE ${conditions.join(' AND ')}`
}

/** A subquery by which a filter narrows a table, as `shadow` writes it. */
const SHADOW = /(?:filtered_)?(\w+) AS \(\n {2}SELECT [^\n]*\n {2}FROM \w+\.\1\n {2}WHERE [^\n]*\n\)(,\n)?/y

/** Another statement about the tables of `sql`, narrowed as that one was on the page of its dashboard. */
export function narrowedLike(sql: string, other: string): string {
  const shadows: string[] = []
  SHADOW.lastIndex = 'WITH '.length
  for (let match = SHADOW.exec(sql); match; match = match[2] ? SHADOW.exec(sql) : null)
    shadows.push(match[0].replace(/,\n$/, ''))
  if (!sql.startsWith('WITH ') || shadows.length === 0 || !other) return other
  const isWith = /^\s*WITH\s/i.test(other)
  const rest = isWith ? other.replace(/^\s*WITH\s+/i, '') : other
  return `WITH ${shadows.join(',\n')}${isWith ? ',' : ''}\n${rest}`
}

/** The condition of rows whose key has the chosen value in its dataset; undefined for a filter by a column of the table. */
function conditionThrough(
  { column, through }: Filter,
  values: readonly string[],
  tables: Table[],
): string | undefined {
  const [dataset, key] = through.split('.')
  const listed = tables.find(({ name, system }) => name === dataset && system === '')
  if (!listed || !key) return undefined
  return inRows(key, listed, key, hasValue(nameInSql(column), '=', values))
}

function condition(
  { column, is_from, is_until, lookup }: Filter,
  values: readonly string[],
  type: string,
): string {
  if (lookup) {
    const { table, key, by } = lookup
    return inRows(column, table, key, hasValue(nameInSql(by), '=', values))
  }
  const name = nameInSql(column)
  const compared = isMoment(type) ? `CAST(${name} AS date)` : name
  const kind = hasDays(type) ? 'DATE ' : ''
  return hasValue(compared, is_from ? '>=' : is_until ? '<=' : '=', values, kind)
}

/** The condition of rows whose column names a row of another table that fulfills a condition. */
const inRows = (column: string, table: Table, key: string, is: string): string =>
  `${nameInSql(column)} IN (SELECT ${nameInSql(key)} FROM ${table.database}.${table.name} WHERE ${is})`

/** The condition of one value, or of several. */
const hasValue = (column: string, sign: string, values: readonly string[], kind = ''): string =>
  values.length > 1
    ? `${column} IN (${values.map((value) => kind + quoted(value)).join(', ')})`
    : `${column} ${sign} ${kind}${quoted(values[0] ?? '')}`
