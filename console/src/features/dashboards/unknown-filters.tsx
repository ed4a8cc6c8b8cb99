import { Anchor } from '@mantine/core'
import { useEffect } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { Empty } from '../../components/states'
import { quotedName } from '../../formats/sql'
import { heading, inSeries, shortened } from '../../formats/words'
import { datasetOf, literal, onlyKey } from '../catalog/belonging'
import { useCatalog } from '../catalog/queries'
import { addressName, type Parameter } from '../query/parameters'
import { useResult } from '../query/results'
import { isBound } from './filters'
import { OF } from './use-carried'
import type { UnknownValue } from './unknown-values'

const NO_TABLES: Schemas['CatalogTable'][] = []

/** Names in the address of a dashboard or a queue that are no filters. */
const NO_FILTERS = ['by', 'panel', OF, 'item', 'show']

/** The filters that an address names and its page does not have, in words, with what to do; empty if the page has all of them. A label of the page may have the word, so the address is quoted. */
export function unknownFilterWords(
  address: URLSearchParams,
  filters: readonly Pick<Schemas['DashboardFilter'], 'name' | 'label'>[],
  parameters: readonly Parameter[] = [],
): string {
  const ofParameters = parameters.map(({ name }) => addressName(name))
  const names = [...filters.map(({ name }) => name), ...ofParameters]
  const labels = [
    ...new Set([...filters.map(({ label }) => label), ...parameters.map(({ name }) => heading(name))]),
  ]
  const unknown = [...new Set(address.keys())].filter(
    (name) => address.get(name) && ![...names, ...NO_FILTERS].includes(name),
  )
  if (unknown.length === 0) return ''
  const isOne = unknown.length === 1
  const quotes = unknown.map((name) => `“${shortened(`${name}=${address.get(name) ?? ''}`)}”`)
  const what = `${inSeries(quotes)} in the address ${isOne ? 'is' : 'are'} not applied`
  if (labels.length === 0) return `${what}: nothing here can be filtered.`
  const why = isOne ? 'no filter has this name' : 'no filter has one of these names'
  return `${what}: ${why}. Filter by ${inSeries(labels.map((label) => `“${label}”`))}.`
}

/** A filter by a name that an address names by the id of the same thing, with the statement that looks the name up. */
interface NamedById {
  id: string
  filter: string
  sql: string
}

/** The one filter whose column a dataset has beside its only key, where the address states this key; undefined where that is not certain. */
export function namedById(
  address: URLSearchParams,
  filters: readonly Schemas['DashboardFilter'][],
  tables: Schemas['CatalogTable'][],
): NamedById | undefined {
  const choices = filters.filter((filter) => !isBound(filter))
  const ways = [...address].flatMap(([id, value]): NamedById[] => {
    const table = filters.some(({ name }) => name === id) ? undefined : datasetOf(tables, id)
    const key = table && onlyKey(table)
    const is = key && value ? literal(key, value) : undefined
    if (!table || !is) return []
    const named = choices.filter(
      ({ column }) =>
        column !== id && table.columns.some(({ name, personal }) => name === column && !personal),
    )
    const columns = new Map(named.map(({ name, column }) => [name, column]))
    return [...columns].map(([filter, column]) => ({
      id,
      filter,
      sql: `SELECT DISTINCT ${quotedName(column)} FROM ${table.database}.${table.name} WHERE ${quotedName(id)} = ${is} LIMIT 2`,
    }))
  })
  return ways.length === 1 && !address.get(ways[0]?.filter ?? '') ? ways[0] : undefined
}

/** The way of a value that its filter does not offer: the name of the one row with this id, or the id of the one with this name. */
export function namedOtherwise(
  unknown: readonly Pick<UnknownValue, 'filter'>[],
  address: URLSearchParams,
  tables: Schemas['CatalogTable'][],
): NamedById | undefined {
  const ofOne = unknown.filter(({ filter }) => !isBound(filter) && address.getAll(filter.name).length === 1)
  const ways = ofOne.flatMap(({ filter: { name, column } }): NamedById[] =>
    tablesNaming(column, tables).flatMap((table): NamedById[] => {
      const key = onlyKey(table)
      const named = table.columns.filter(
        (each) =>
          !each.personal && each !== key && (key?.name === column ? isName(each) : each.name === column),
      )
      const [other, ...others] = named
      if (!key || !other || others.length > 0) return []
      const [by, wanted] = key.name === column ? [other, key] : [key, other]
      const is = literal(by, address.get(name) ?? '')
      if (!is) return []
      const from = `FROM ${table.database}.${table.name} WHERE ${quotedName(by.name)} = ${is}`
      return [{ id: name, filter: name, sql: `SELECT DISTINCT ${quotedName(wanted.name)} ${from} LIMIT 2` }]
    }),
  )
  return ways.length === 1 ? ways[0] : undefined
}

/** The tables that may name the values of a column: those of which it is the key, as one with the key of other things has no names of it. */
function tablesNaming(column: string, tables: Schemas['CatalogTable'][]): Schemas['CatalogTable'][] {
  const keyed = tables.filter((table) => onlyKey(table)?.name === column)
  return keyed.length > 0 ? keyed : tables
}

const isName = ({ name }: { name: string }): boolean => name.endsWith('_name')

const NONE: UnknownValue[] = []

interface UnknownProps {
  filters: readonly Schemas['DashboardFilter'][]
  /** The parameters of the questions, whose values the address has too. */
  parameters?: readonly Parameter[]
  /** The chosen values that no filter offers. */
  values?: UnknownValue[]
  /** The dashboard on which the filters are chosen, if not on this page. */
  board?: Pick<Schemas['Dashboard'], 'system' | 'title'>
}

/** Filters of an old or misspelt link, which would else be shown as if they had been applied. A filter by an id becomes the one by its name. */
export function UnknownFilters({ filters, parameters, values = NONE, board }: UnknownProps) {
  const [search, setSearch] = useSearchParams()
  const tables = useCatalog().data?.tables ?? NO_TABLES
  const way = namedById(search, filters, tables) ?? namedOtherwise(values, search, tables)
  const answer = useResult(way?.sql ?? '')
  const [cells, ...others] = answer.data?.rows ?? []
  const value = others.length === 0 && cells?.[0] != null ? String(cells[0]) : ''
  const { id = '', filter = '' } = way ?? {}
  useEffect(() => {
    if (!id || !value) return
    setSearch(
      (before) => {
        before.delete(id)
        before.set(filter, value)
        return before
      },
      { replace: true },
    )
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `setSearch` is another function after each change
  }, [id, filter, value])
  const unknown = values.map((each) => each.words).join(' ')
  const words = [
    unknownFilterWords(search, filters, parameters),
    unknown && `${unknown} Choose another value, or show all.`,
  ]
  const isLookedUp = way !== undefined && (answer.isPending || value !== '')
  if (isLookedUp) return null
  return words.filter(Boolean).map((each) => (
    <Empty key={each}>
      {each} {board ? <Anchor href={`#/dashboards/${board.system}`}>Filter on “{board.title}”</Anchor> : null}
    </Empty>
  ))
}
