import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { inSentence } from '../../formats/words'
import { useResults } from '../query/results'
import { type Chosen, isBound, oncePerName } from './filters'

type Filter = Schemas['DashboardFilter']

/** The values that a filter offers; undefined where they are not read, or not all of them. */
type Offered = readonly string[] | undefined

/** A filter whose chosen value is none that it offers, as of a link that is old or misspelt. */
export interface UnknownValue {
  filter: Filter
  words: string
}

/** The chosen values that their filters do not offer. A list without values is withheld, and says nothing. */
export const unknownValues = (
  filters: readonly Filter[],
  chosen: Chosen,
  offered: readonly Offered[],
): UnknownValue[] =>
  filters.flatMap((filter, place) => {
    const value = chosen[filter.name] ?? ''
    const values = offered[place] ?? []
    return value && values.length > 0 && !values.includes(value)
      ? [{ filter, words: `No ${inSentence(filter.label)} is ${cellWords(filter.column, value)}.` }]
      : []
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
