import { queryOptions, usePrefetchQuery, useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { path } from '../../api/queries'
import { heading } from '../../formats/words'

export type ModelEntry = Pick<Schemas['ModelCardEntry'], 'name' | 'system' | 'tables' | 'quality'>

const NONE: ModelEntry[] = []

const CARDS = queryOptions({
  queryKey: ['model cards'],
  queryFn: async () => (await read<Partial<Schemas['ModelCards']>>('/v1/model-cards')).cards ?? NONE,
  staleTime: Infinity,
})

/** The models of the lake; none for a deployment without them. */
export const useModels = (): ModelEntry[] => useQuery(CARDS).data ?? NONE

/** Asks for the models before the part of a page that shows them. */
export const useEarlyModels = (): void => usePrefetchQuery(CARDS)

export const useModelCard = (name: string) =>
  useQuery({
    queryKey: ['model card', name],
    queryFn: () => read<Schemas['ModelCardDetail']>(`/v1/model-cards/${path(name)}`),
    enabled: Boolean(name),
  })

/** The model that makes the figures of a table; undefined where none is described. */
export const useModelOf = (table: string): ModelEntry | undefined =>
  useModels().find(({ tables }) => tables.includes(table))

export const modelAddress = (name: string): string => `#/models/${encodeURIComponent(name)}`

/** A model is called by the table with its figures. */
export const modelTitle = ({ name, tables }: Pick<ModelEntry, 'name' | 'tables'>): string =>
  heading(tables[0] ?? name)

const asWritten = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_')

/** The model that an address means by its title or by a table with its figures; undefined where that is not certain. */
export function modelMeant(models: ModelEntry[], name: string): ModelEntry | undefined {
  const wanted = asWritten(name)
  const [model, ...others] = models.filter(({ name: own, tables, quality }) =>
    [own, ...tables, quality].some((each) => asWritten(each) === wanted),
  )
  return others.length === 0 ? model : undefined
}
