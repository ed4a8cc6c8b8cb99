import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { useResults } from '../query/results'
import { asksForDay, type Chosen } from './filters'

type Filter = Schemas['DashboardFilter']

/** The values that a filter offers; undefined where they are not read, or not all of them. */
type Offered = readonly string[] | undefined

/** A sentence for each chosen value that its filter does not offer, as of a link that is old or misspelt. */
export const unknownWords = (
  filters: readonly Filter[],
  chosen: Chosen,
  offered: readonly Offered[],
): string[] =>
  filters.flatMap(({ name, label, column }, place) => {
    const value = chosen[name] ?? ''
    const values = offered[place]
    return value && values && !values.includes(value)
      ? [`No ${label.charAt(0).toLowerCase()}${label.slice(1)} is ${cellWords(column, value)}.`]
      : []
  })

/** The same of a page's filters; undefined until their values are read. A filter by days or by an order takes every value. */
export function useUnknownValues(
  filters: readonly Filter[],
  chosen: Chosen,
  tables: Schemas['CatalogTable'][],
): string[] | undefined {
  const checked = filters.filter(
    (one) => chosen[one.name] && !one.is_from && !one.is_until && !asksForDay(one, tables),
  )
  const answers = useResults(checked.map(({ values }) => values))
  if (answers.some(({ isPending }) => isPending)) return undefined
  const offered = answers.map(({ data }) =>
    data && data.next === '' ? data.rows.map(([cell]) => String(cell)) : undefined,
  )
  return unknownWords(checked, chosen, offered)
}
