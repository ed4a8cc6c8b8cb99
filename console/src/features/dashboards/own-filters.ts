import { useMemo } from 'react'

import type { Schemas } from '../../api/client'
import { heading } from '../../formats/words'
import { useCatalog } from '../catalog/queries'
import type { Bounds } from '../query/open-period'
import { periodColumn } from './event-table'
import {
  boundsOf,
  type Chosen,
  type Filter,
  filteredSql,
  filtersFor,
  ignoredLabels,
  isBound,
  isOfRest,
  type Lookup,
  narrowedWords,
  narrows,
  periodWords,
  tablesRead,
  typeOf,
} from './filters'
import { useDashboards } from './queries'

type Table = Schemas['CatalogTable']

const PERIOD = {
  values: '',
  whole: '',
  panels: [],
  is_from: false,
  is_until: false,
  through: '',
  is_of_table: true,
}

/**
 * The filters of a dashboard that a person made of questions: a period for the tables that they read, and what the
 * dashboards of the lake filter by, for every table with that column or with a reference to a table that has it.
 */
export function filtersOf(statements: string[], boards: Schemas['Dashboard'][], tables: Table[]): Filter[] {
  const read = [...new Set(statements.flatMap((sql) => tablesRead(sql, tables)))]
  const periods = (['from', 'until'] as const).flatMap((name) =>
    read.flatMap((table): Filter[] => {
      const column = periodColumn(table)
      if (!column) return []
      const bound = { is_from: name === 'from', is_until: name === 'until' }
      return [{ ...PERIOD, name, label: heading(name), column, tables: [table.name], ...bound }]
    }),
  )
  const declared = boards
    .filter(({ written_by }) => !written_by)
    .flatMap(({ filters }) => filters)
    .filter((filter) => !isBound(filter))
  const choices = declared.flatMap((filter, at): Filter[] => {
    const first = declared.findIndex(({ column }) => column === filter.column)
    const type = typeOf(tables, filter.tables[0] ?? '', filter.column)
    const own = read.filter(({ columns }) =>
      columns.some((column) => column.name === filter.column && column.type === type),
    )
    if (first !== at) return []
    const choice = { ...filter, name: filter.column, panels: [] }
    const referencing = read
      .filter((table) => !own.includes(table))
      .flatMap((table): Filter[] => {
        const way = lookupOf(table, filter.column, type, tables)
        return way ? [{ ...choice, whole: '', tables: [table.name], ...way }] : []
      })
    return own.length > 0 ? [{ ...choice, tables: own.map(({ name }) => name) }, ...referencing] : referencing
  })
  return [...periods, ...choices]
}

/** The one column of a table that references a table with the filter's column: the id of a thing that is chosen by its name. */
function lookupOf(
  { columns }: Table,
  by: string,
  type: string,
  tables: Table[],
): { column: string; lookup: Lookup } | undefined {
  const ways = columns.flatMap(({ name: column, references }) => {
    const [target, key] = references.split('.')
    const table = tables.find(({ name, system }) => name === target && !system)
    const hasBy = table?.columns.some((each) => each.name === by && each.type === type)
    return table && key && hasBy ? [{ column, lookup: { table, key, by } }] : []
  })
  return ways.length === 1 ? ways[0] : undefined
}

/** A statement under the chosen filters, these in words, the labels of those that cannot change it, the days that they leave of it, and how it is in a period. */
export function narrowedStatement(
  sql: string,
  filters: Filter[],
  chosen: Chosen,
  tables: Table[],
): {
  sql: string
  ignored: string[]
  isOfRest?: boolean
  words?: string[]
  bounds: Bounds | undefined
  period?: string
} {
  const read = tablesRead(sql, tables)
  const active = filtersFor(filters, sql, tables).filter(({ name }) => chosen[name])
  const period = periodWords({ name: '', sql }, active, tables)
  const narrowing = active.filter((filter) => narrows(filter, { name: '', sql }))
  return {
    sql: filteredSql({ name: '', sql }, filters, chosen, tables),
    ignored: ignoredLabels(active, (filter) => read.some(({ name }) => filter.tables.includes(name))),
    ...(isOfRest(sql, active) ? { isOfRest: true } : {}),
    ...(narrowing.length > 0 ? { words: narrowedWords(narrowing, chosen) } : {}),
    bounds: boundsOf(narrowing, chosen, tables),
    ...(period ? { period } : {}),
  }
}

/** The filters of questions, once the tables that they read are known. */
export function useOwnFilters(statements: string[], isOwn = true): Filter[] {
  const tables = useCatalog().data?.tables
  const boards = useDashboards().data?.dashboards
  const text = statements.join('\n')
  return useMemo(
    () => (isOwn && tables && boards ? filtersOf(statements, boards, tables) : []),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `text` is all of them
    [text, boards, tables, isOwn],
  )
}
