import type { Schemas } from '../../api/client'
import { cellWords } from '../../formats/columns'
import { day, readDay } from '../../formats/moments'
import { inSentence } from '../../formats/words'
import { useCatalog } from '../catalog/queries'
import { useResults } from '../query/results'
import { type Chosen, isBound, isOfDay, narrows, oncePerName } from './filters'

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

/** The ends of a period that are no days, or of which the first comes after the last. */
export function impossibleDays(
  filters: readonly Filter[],
  chosen: Chosen,
  tables: Schemas['CatalogTable'][],
): UnknownValue[] {
  const ends = oncePerName(filters).flatMap((filter) => {
    const [value] = chosen[filter.name] ?? []
    return value !== undefined && isBound(filter) && isOfDay(filter, tables) ? [{ filter, value }] : []
  })
  const wrong = ends.filter(({ value }) => readDay(value) !== value)
  if (wrong.length > 0)
    return wrong.map(({ filter, value }) => ({
      filter,
      words: `“${value}” is no day such as 2026-01-31.`,
      isEmpty: true,
    }))
  const from = ends.find(({ filter }) => filter.is_from)
  const until = ends.find(({ filter }) => filter.is_until)
  if (!from || !until || from.value <= until.value) return []
  const wordsOf = ({ filter: { label }, value }: typeof from): string => `“${label}”, ${day(value)},`
  const words = `${wordsOf(from)} is after ${wordsOf(until).replace(/,$/, '.')}`
  return [{ filter: from.filter, words, isEmpty: true }]
}

/** Whether no row of a statement can have the chosen values. */
export const leavesNothing = (
  unknown: readonly UnknownValue[],
  filters: readonly Filter[],
  panel: Parameters<typeof narrows>[1],
): boolean =>
  unknown.some(
    ({ filter: { name }, isEmpty }) =>
      isEmpty && filters.some((filter) => filter.name === name && narrows(filter, panel)),
  )

const NO_TABLES: Schemas['CatalogTable'][] = []

/** The same of a page's filters, as far as their values are read. A filter by an order takes every value. */
export function useUnknownValues(filters: readonly Filter[], chosen: Chosen): UnknownValue[] {
  // A filter of one name for several tables has one list of values.
  const checked = oncePerName(filters).filter((one) => chosen[one.name] && !isBound(one))
  const answers = useResults(checked.map(({ values }) => values))
  const offered = answers.map(({ data }) =>
    data && data.next === '' ? data.rows.map(([cell]) => String(cell)) : undefined,
  )
  const tables = useCatalog().data?.tables ?? NO_TABLES
  return [...unknownValues(checked, chosen, offered), ...impossibleDays(filters, chosen, tables)]
}
