import { useEffect, useMemo } from 'react'
import { useLocation, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useResults } from '../query/results'
import {
  type Arrived,
  arrivedOf,
  type CarriedWay,
  carriedTo,
  type LeftFilter,
  leftFilters,
} from './carried-filters'
import { useBoardFilters } from './board-filters'
import { type Chosen, chosenIn, type Filter, isBound } from './filters'

/** What a link from one dashboard to another carries, beside its address. */
export interface Left {
  left: { filters: LeftFilter[] }
}

/** The name in an address of the dashboard whose filters it has. */
export const OF = 'of'

/** The dashboard whose filters are in the address of another one. */
export interface Source {
  title: string
  filters: readonly Filter[]
}

/** The dashboard whose filters the address has; undefined where they are of this one. */
export function useSource(boards: Schemas['Dashboard'][]): Source | undefined {
  const of = useSearchParams()[0].get(OF)
  const board = boards.find(({ system }) => system === of)
  const filters = useBoardFilters(board)
  const title = board?.title
  return useMemo(() => (title === undefined ? undefined : { title, filters }), [title, filters])
}

/** The chosen filters of a dashboard, for the address of another one; empty where none is chosen. */
export const addressOfLeft = (system: string, chosen: Chosen): string => {
  const named = Object.entries(chosen).flatMap(([name, values]) => values.map((value) => [name, value]))
  return named.length > 0 ? `?${new URLSearchParams([[OF, system], ...named]).toString()}` : ''
}

/** What the address of a page has beside it after filters arrived from another dashboard. */
export interface Carried {
  carried: Arrived
}

const isOf = <State extends object>(state: unknown, name: string): state is State =>
  typeof state === 'object' && state !== null && name in state

/** The filters that this page has from the dashboard before; undefined where it has none, or where a person changed one since. */
export function useCarriedFrom(): Carried['carried'] | undefined {
  const { state } = useLocation() as { state: unknown }
  return isOf<Carried>(state, 'carried') ? state.carried : undefined
}

/** The values of the ways that were looked up; undefined until all are. Values of which its filter does not offer each are dropped. */
function useCarriedValues(ways: CarriedWay[]): { name: string; values: readonly string[] }[] | undefined {
  const asked = [...new Set(ways.flatMap((way) => ('sql' in way ? [way.sql] : [])))]
  const lists = [...new Set(ways.map(({ filter }) => (isBound(filter) ? '' : filter.values)).filter(Boolean))]
  const answers = useResults(asked)
  const offered = useResults(lists)
  if ([...answers, ...offered].some(({ isPending }) => isPending)) return undefined
  return ways.flatMap((way) => {
    const values = 'values' in way ? way.values : lookedUp(way, answers[asked.indexOf(way.sql)]?.data?.rows)
    const list = offered[lists.indexOf(way.filter.values)]?.data
    const isOffered =
      !list ||
      list.next !== '' ||
      list.rows.length === 0 ||
      values.every((value) => list.rows.some(([each]) => String(each) === value))
    return values.length > 0 && (isBound(way.filter) || isOffered) ? [{ name: way.filter.name, values }] : []
  })
}

/** The values that a statement found, where they are as many as those that were chosen; else none is certain. */
function lookedUp({ many }: { many: number }, rows: readonly (readonly unknown[])[] = []): string[] {
  const cells = rows.flatMap(([cell]) => (cell === null || cell === undefined ? [] : [String(cell)]))
  return rows.length === many && cells.length === many ? cells : []
}

/**
 * Brings the filters of the dashboard before, which the link to this page carried, into its address, as far as it knows them.
 *
 * Returns whether that is still going on: until then the panels would be read without them, for nothing.
 */
export function useCarried(
  filters: readonly Filter[],
  tables: Schemas['CatalogTable'][] | undefined,
  source?: Source,
): boolean {
  const { state } = useLocation() as { state: unknown }
  const [search, setSearch] = useSearchParams()
  const left = useMemo(() => {
    if (isOf<Left>(state, 'left')) return state.left
    // A link that was opened in a new tab or sent has its address only.
    const chosen = source && tables ? chosenIn(search, source.filters) : {}
    if (!source || !tables || Object.keys(chosen).length === 0) return undefined
    return { filters: leftFilters(source.filters, chosen, tables, () => source.title) }
  }, [state, source, tables, search])
  const ways = useMemo(
    () => (left && tables ? carriedTo(filters, left.filters, tables) : []),
    [left, filters, tables],
  )
  const values = useCarriedValues(ways)
  const isDone = left !== undefined && tables !== undefined && values !== undefined
  useEffect(() => {
    if (!isDone) return
    const names = values.map(({ name }) => name)
    const carried = arrivedOf(filters, left.filters, tables, names)
    setSearch(
      (before) => {
        if (source) for (const name of [OF, ...source.filters.map((each) => each.name)]) before.delete(name)
        for (const { name, values: own } of values) {
          before.delete(name)
          for (const value of own) before.append(name, value)
        }
        return before
      },
      { replace: true, state: names.length + carried.waiting.length > 0 ? { carried } : null },
    )
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once: the state of the address is another one then
  }, [isDone])
  return left !== undefined || (source !== undefined && tables === undefined)
}
