import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { inSentence } from '../../formats/words'
import { useResults } from '../query/results'
import { type Chosen, isBound, oncePerName } from './filters'

type Filter = Schemas['DashboardFilter']

/** The values that a filter offers; undefined where they are not read, or not all of them. */
type Offered = readonly string[] | undefined

/** A filter with chosen values that it does not offer, as of a link that is old or misspelt. */
export interface UnknownValue {
  filter: Filter
  words: string
  /** Whether it offers none of the chosen values, so that no row has one. */
  isEmpty: boolean
}

/** The chosen values that their filters do not offer. A list without values is withheld, and says nothing. */
export const unknownValues = (
  filters: readonly Filter[],
  chosen: Chosen,
  offered: readonly Offered[],
): UnknownValue[] =>
  filters.flatMap((filter, place) => {
    const [values, listed] = [chosen[filter.name] ?? [], offered[place] ?? []]
    const unknown = values.filter((value) => listed.length > 0 && !listed.includes(value))
    if (unknown.length === 0) return []
    const words = unknown.map((value) => cellWords(filter.column, value)).join(' or ')
    const isEmpty = unknown.length === values.length
    return [{ filter, words: `No ${inSentence(filter.label)} is ${words}.`, isEmpty }]
  })

/** The same of a page's filters, as far as their values are read. A filter by days or by an order takes every value. */
export function useUnknownValues(filters: readonly Filter[], chosen: Chosen): UnknownValue[] {
  // A filter of one name for several tables has one list of values.
  const checked = oncePerName(filters).filter((one) => chosen[one.name] && !isBound(one))
  const answers = useResults(checked.map(({ values }) => values))
  const offered = answers.map(({ data }) =>
    data && data.next === '' ? data.rows.map(([cell]) => String(cell)) : undefined,
  )
  return unknownValues(checked, chosen, offered)
}
