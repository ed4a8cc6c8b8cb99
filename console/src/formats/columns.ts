import { queryOptions, useQueries } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'

import type { Schemas } from '../api/client'
import {
  type Cell,
  currencyOf,
  figure,
  isName,
  isNumeric,
  measure,
  singular,
  UNITS_OF_A_FIGURE,
} from '../api/format'
import { useCatalog } from '../features/catalog/queries'
import { runQuery } from '../features/query/results'
import { tableOfObject } from './addresses'
import { learnNames, type Reference, referencesOf } from './code-names'
import { plainNames } from './contract-words'
import { day, kindOfTime, moment, month } from './moments'
import type { TypeOf } from './rules'
import { columnTitle, heading, label, shortened, type TitleOf, uniqueHeadings } from './words'

/** The columns of whole numbers that only identify rows, in each table that has them; such numbers have no separators. */
export function numberedKeysOf(tables: Schemas['CatalogTable'][]): ReadonlySet<string> {
  const isKey = new Map<string, boolean>()
  for (const { columns } of tables)
    for (const { name, type, primary_key: identifies, references } of columns)
      isKey.set(
        name,
        (isKey.get(name) ?? true) && WHOLE_NUMBER.test(type) && (identifies || references !== ''),
      )
  return new Set([...isKey].filter(([, onlyIdentifies]) => onlyIdentifies).map(([name]) => name))
}

const WHOLE_NUMBER = /^(big|small|tiny)?int/i

/** The columns of whole numbers that only identify rows. */
export function useNumberedKeys(): ReadonlySet<string> {
  const tables = useCatalog().data?.tables
  return useMemo(() => numberedKeysOf(tables ?? []), [tables])
}

/** The unit of each column, by its name. */
export type Units = Readonly<Record<string, string>>

/** The heading of each column that has one of its own, by the column's name. */
export type Labels = Readonly<Record<string, string>>

/** How the cells of one column are read. */
export interface ColumnFormat {
  heading: string
  /** The column's name and its description in the contract. */
  title: string
  text: (value: Cell) => string
  /** What a cell shows instead of its text, such as a link. */
  cell?: (index: number, text: string) => ReactNode
  width?: number
  /** 1 is always shown; where the table is narrow, columns of higher numbers are left out first. */
  priority?: 1 | 2 | 3
  isUnsortable?: boolean
}

/** The part of a unit that its values say themselves: an amount has its sign, a share its `%`, a duration its colons. */
const SAID_BY_VALUE = /^([A-Z]{3}\b|share|probability|percent|s as h:mm:ss)\s*/

/** The most characters of an id on a page; its title and the download have all. */
const MOST_OF_AN_ID = 28

/** A key that a machine made of others, such as a token: nobody reads all of its digits. */
const HASHED = /^([a-z0-9]+:)?[0-9a-f]{32,}$/i

/** Whether a column has months, each written as its first day. */
const isOfMonths = (column: string, text: string): boolean =>
  /(^|_)month(_on)?$/.test(column) && text.endsWith('-01')

/** The first days of quarters. */
const OF_QUARTER = /-(01|04|07|10)-01$/

/** The period that begins with a day, by the name of its column. */
const periodByName = (column: string, text: string): string =>
  isOfMonths(column, text) ? 'month' : (/(^|_)(quarter|year)(_on)?$/.exec(column)?.[2] ?? '')

/**
 * A day as its column has it: the first day of a period is the period.
 *
 * @example dayOf('quarter', '2009-10-01') // 'Q4 2009'
 */
export function dayOf(column: string, text: string, period = ''): string {
  const own = period || periodByName(column, text)
  if (own === 'year' && text.endsWith('-01-01')) return text.slice(0, 4)
  if (own === 'quarter' && OF_QUARTER.test(text))
    return `Q${Math.ceil(Number(text.slice(5, 7)) / 3)} ${text.slice(0, 4)}`
  return own === 'month' && text.endsWith('-01') ? month(text) : day(text)
}

/** A value of a column in people's words, by the unit of the contract; at most four significant digits. */
export function cellWords(column: string, value: Cell | undefined, unit = '', type = ''): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return label(value)
  const text = String(value)
  if (unit && Number.isFinite(Number(value))) return figure(value, unit)
  if (isName(column)) return idWords(text, label(text, column))
  if (typeof value === 'number' || (isNumeric(type) && Number.isFinite(Number(text)))) return measure(value)
  const [from = '', to = ''] = text.split('/')
  if (kindOfTime(from) === 'day' && kindOfTime(to) === 'day')
    return from === to ? day(from) : `${day(from)} to ${day(to)}`
  const stored = tableOfObject(text)
  if (stored) return heading(stored)
  const time = kindOfTime(text)
  if (time) return time === 'day' ? dayOf(column, text) : moment(text)
  return HASHED.test(text) ? shortened(text, MOST_OF_AN_ID) : label(text, column)
}

/** The most characters of a unit that each value carries, such as `kg` or `km/h`. */
const MOST_OF_A_SHORT_UNIT = 5

/** The unit that a number may carry: a short one, of which the number's own words say nothing; else empty. */
export function shortUnit(value: unknown, unit: string): string {
  const isNumber = value !== null && value !== undefined && value !== '' && Number.isFinite(Number(value))
  if (!isNumber || unit.length > MOST_OF_A_SHORT_UNIT) return ''
  if (UNITS_OF_A_FIGURE.has(unit) || currencyOf(unit)) return ''
  return Number(value) === 1 ? singular(unit) : unit
}

/** Only an id loses its middle: words that an id was read as, and a text of several words, are for people. */
const idWords = (id: string, words: string): string =>
  words === id && !id.includes(' ') ? shortened(id, MOST_OF_AN_ID) : words

/** The title of an axis: the column, and the unit where the labels of the axis do not say it. */
export function axisTitle(column: string, unit: string, own = ''): string {
  const title = own || heading(column, unit)
  const rest = unit.replace(SAID_BY_VALUE, '')
  return rest && !title.toLowerCase().includes(rest.toLowerCase()) ? `${title} (${rest})` : title
}

/** A heading with the unit that the values of its column do not say themselves. */
export const headingWithUnit = (title: string, unit = ''): string =>
  unit && !title.toLowerCase().includes(unit.toLowerCase()) ? `${title} (${unit})` : title

/** A title with the unit of its column, unless each value says it: an amount has its sign, a share its `%`. */
export const titleWithUnit = (title: string, unit = ''): string =>
  headingWithUnit(title, unit.replace(SAID_BY_VALUE, ''))

/** Whether the values of a unit say nothing without its word, such as `days`. */
export const isTimeUnit = (unit = ''): boolean => /^(days|weeks|months|hours|minutes|seconds)$/.test(unit)

/** The unit that the heading of a narrow table says: one of time, or a short one such as `kg`, which numbers do not say. */
export const unitOfHeading = (unit = ''): string => (isTimeUnit(unit) ? unit : shortUnit(0, unit))

/** A fact of all columns by name: of the table at hand, and of others where all of them agree. */
function agreedOf(
  tables: Schemas['CatalogTable'][],
  table: string,
  fact: 'unit' | 'label' | 'description',
): Readonly<Record<string, string>> {
  const everywhere = new Map<string, Set<string>>()
  for (const { columns } of tables)
    for (const { name, [fact]: value = '' } of columns)
      everywhere.set(name, (everywhere.get(name) ?? new Set()).add(value))
  const agreed = [...everywhere]
    .filter(([, values]) => values.size === 1)
    .map(([name, [value = '']]) => [name, value])
  const own = tables.find(({ name }) => name === table)?.columns ?? []
  return Object.fromEntries([
    ...agreed,
    ...own.map(({ name, [fact]: value = '' }) => [name, value]),
  ]) as Readonly<Record<string, string>>
}

export const unitsOf = (tables: Schemas['CatalogTable'][], table: string): Units =>
  agreedOf(tables, table, 'unit')

/** The headings that contracts give columns, by name; a column without one is headed by the words of its name. */
export const labelsOf = (tables: Schemas['CatalogTable'][], table: string): Labels =>
  agreedOf(tables, table, 'label')

const NO_UNITS: Units = {}
const NO_COLUMNS: AnswerColumn[] = []

/** The units of the columns of an answer: what the panel states, then what the contracts state. */
export function useUnits(table: string, stated: Units = NO_UNITS): Units {
  const tables = useCatalog().data?.tables
  return useMemo(() => ({ ...unitsOf(tables ?? [], table), ...stated }), [tables, table, stated])
}

/** A column of an answer; a statement's own has the unit and the title of the table's column that it shows. */
export interface AnswerColumn {
  name: string
  type: string
  unit?: string
  label?: string
  /** By its expression: ids and years are names, and places among others are ranks, whatever the statement calls them. */
  kind?: '' | 'name' | 'mean' | 'rank'
  /** Of a number the part of a date that it is, of a day the period that begins with it. */
  period?: string
  /** False of a rank, and of a column that its contract does not add up over rows. */
  adds_up?: boolean
}

/**
 * The units of an answer's columns. A computed column whose name ends with a currency of the lake is an amount in it.
 *
 * @example unitsOfAnswer([{ name: 'net_usd', type: 'double' }], { price: 'USD' }).net_usd // 'USD'
 */
export function unitsOfAnswer(columns: AnswerColumn[], units: Units, everywhere: Units = units): Units {
  const currencies = new Set(Object.values(everywhere).map(currencyOf).filter(Boolean))
  const computed = columns.flatMap(({ name, type }): [string, string][] => {
    const currency = /_([a-z]{3})$/.exec(name)?.[1]?.toUpperCase() ?? ''
    return !units[name] && isNumeric(type) && currencies.has(currency) ? [[name, currency]] : []
  })
  return computed.length > 0 ? { ...units, ...Object.fromEntries(computed) } : units
}

/** The unit or title of each column of an answer that shows a column of a table. */
export const factsOfAnswer = (
  columns: AnswerColumn[],
  fact: 'unit' | 'label',
): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.flatMap(({ name, [fact]: value }) => (value ? [[name, value]] : [])))

/**
 * The units of the columns of an answer, those of computed columns included. Without a table the statement is a
 * person's: its columns have the units of the columns that it reads, whatever other tables call theirs.
 */
export function useAnswerUnits(
  table: string,
  columns: AnswerColumn[] = NO_COLUMNS,
  stated: Units = NO_UNITS,
): Units {
  const agreed = useUnits(table, stated)
  const names = useCodeNames(columns)
  return useMemo(
    () =>
      table
        ? { ...unitsOfAnswer(columns, agreed) }
        : unitsOfAnswer(columns, { ...factsOfAnswer(columns, 'unit'), ...stated }, agreed),
    // What is read with the units is read again when the names of its codes are there.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `names` has no value of its own
    [table, columns, agreed, stated, names],
  )
}

/** How often the names of codes are asked for while the API is busy. */
const MAX_TRIES_FOR_NAMES = 5

/** Reads the names of a reference's codes; an answer that is closed meanwhile does not stop it, because the next one has them too. */
const namesOf = (reference: Reference) =>
  queryOptions({
    queryKey: ['names of codes', reference.sql],
    queryFn: async () => {
      learnNames(reference, (await runQuery({ sql: reference.sql }, new AbortController().signal)).rows)
      return reference.columns
    },
    staleTime: 5 * 60_000,
    retry: MAX_TRIES_FOR_NAMES - 1,
  })

/** Reads the names of the codes of columns, where the lake has a table of them; another value as soon as some are there. */
export function useCodeNames(columns: readonly { name: string }[]): string {
  const tables = useCatalog().data?.tables
  const references = useMemo(() => referencesOf(tables ?? [], columns), [tables, columns])
  return useQueries({ queries: references.map(namesOf) })
    .map(({ dataUpdatedAt }) => dataUpdatedAt)
    .join(' ')
}

/** The titles of the columns of an answer: the table's, or those of the columns that a person's statement reads. */
export function useAnswerLabels(table: string, columns: AnswerColumn[] = NO_COLUMNS): Labels {
  const agreed = useLabels(table)
  return useMemo(() => (table ? agreed : factsOfAnswer(columns, 'label')), [table, columns, agreed])
}

export function useLabels(table: string): Labels {
  const tables = useCatalog().data?.tables
  return useMemo(() => labelsOf(tables ?? [], table), [tables, table])
}

/** The title of each column of a dataset: its label in the contract, else the words of its name. */
export const titlesOf =
  (labels: Labels): TitleOf =>
  (name) =>
    labels[name] || columnTitle(name)

/** The title of each column of a dataset, the same on all pages. */
export function useTitles(dataset: string): TitleOf {
  const labels = useLabels(dataset)
  return useMemo(() => titlesOf(labels), [labels])
}

/** The type of each column of a dataset; empty for one that the catalog has not. */
export function useTypes(dataset: string): TypeOf {
  const tables = useCatalog().data?.tables
  return useMemo(() => {
    const columns = tables?.find(({ name, system }) => name === dataset && !system)?.columns ?? []
    const types = new Map(columns.map(({ name, type }) => [name, type]))
    return (column) => types.get(column) ?? ''
  }, [tables, dataset])
}

const NO_KEYS: ReadonlySet<string> = new Set()

/** The columns that identify the rows of a dataset or of another one: their numbers measure nothing. */
export function useKeys(dataset: string): ReadonlySet<string> {
  const tables = useCatalog().data?.tables
  return useMemo(() => {
    const columns = tables?.find(({ name, system }) => name === dataset && !system)?.columns
    if (!columns) return NO_KEYS
    const keys = columns.filter(({ primary_key: identifies, references }) => identifies || references !== '')
    return new Set(keys.map(({ name }) => name))
  }, [tables, dataset])
}

/** A column's title in a text or a dictionary; its amounts have the sign of their currency, so the title lacks it. */
export function titleOfColumn({
  name,
  label: own = '',
  unit = '',
}: {
  name: string
  label?: string
  unit?: string
}): string {
  const currency = currencyOf(unit).toLowerCase()
  return own || columnTitle(currency && name.endsWith(`_${currency}`) ? name.slice(0, -4) : name)
}

/** The titles of all columns and tables by name, those of a table's own columns first. */
export function titlesOfNames(tables: Schemas['CatalogTable'][], table: string): ReadonlyMap<string, string> {
  const own = tables.filter(({ name }) => name === table)
  const titles = new Map<string, string>()
  for (const { columns } of [...own, ...tables])
    for (const column of columns) if (!titles.has(column.name)) titles.set(column.name, titleOfColumn(column))
  for (const { name } of tables) if (!titles.has(name)) titles.set(name, heading(name))
  return titles
}

/** Replaces the names of columns and tables in a text of a table's contract by their titles. */
export function usePlainNames(table: string): (text: string) => string {
  const tables = useCatalog().data?.tables
  return useMemo(() => {
    const titles = titlesOfNames(tables ?? [], table)
    return (text) => plainNames(text, titles)
  }, [tables, table])
}

/** What the contracts say that each column is. */
export function useDescriptions(table: string): Labels {
  const tables = useCatalog().data?.tables
  const plain = usePlainNames(table)
  return useMemo(
    () =>
      Object.fromEntries(
        Object.entries(agreedOf(tables ?? [], table, 'description')).map(([name, text]) => [
          name,
          plain(text),
        ]),
      ),
    [tables, table, plain],
  )
}

/** The title of a column of any table: its label in the contract, else the words of its name. */
export function useTitleOf(): (table: string, column: string) => string {
  const tables = useCatalog().data?.tables
  return useMemo(() => {
    const labels = new Map(
      (tables ?? []).flatMap(({ name, columns }) =>
        columns.map((column): [string, string] => [`${name}.${column.name}`, titleOfColumn(column)]),
      ),
    )
    return (table, column) => labels.get(`${table}.${column}`) ?? columnTitle(column)
  }, [tables])
}

/** The heading of each column of a table by its name, no two alike without a label. */
export function headingsOf(
  columns: readonly { name: string }[],
  labels: Labels = {},
  units: Units = {},
): Readonly<Record<string, string>> {
  const unique = uniqueHeadings(columns.map(({ name }) => name))
  return Object.fromEntries(
    columns.map(({ name }) => {
      const own = unique.get(name)
      return [name, labels[name] || (own && own !== heading(name) ? own : heading(name, units[name]))]
    }),
  )
}

/** How each column of an answer is headed and read. */
export const columnFormats = (
  columns: { name: string; type: string }[],
  units: Units,
  labels: Labels = {},
  areAllInView = true,
): ColumnFormat[] => {
  const headings = headingsOf(columns, labels, units)
  const names = new Set(columns.map(({ name }) => name))
  // Beside a column of names an id is the code by which people find it; where that column may be left out, the id has the name.
  const isCode = (name: string): boolean =>
    areAllInView && names.has(name.replace(/_(id|code)$/, '_name')) && isName(name)
  return columns.map(({ name, type }) => ({
    heading: headings[name] ?? name,
    title: name,
    text: (value) =>
      isCode(name) && typeof value === 'string' && value !== ''
        ? idWords(value, value)
        : cellWords(name, value, units[name], type),
  }))
}
