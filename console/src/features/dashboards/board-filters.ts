import { useMemo } from 'react'

import type { Schemas } from '../../api/client'
import type { Filter } from './filters'
import { useOwnFilters } from './own-filters'

/** The filters of a dashboard: those that it declares and, where it has them, those of the tables that its panels read. */
export function useBoardFilters(board: Schemas['Dashboard'] | undefined): Filter[] {
  const isOfTables = board !== undefined && hasFiltersOfTables(board)
  const derived = useOwnFilters(board?.panels.map(({ sql }) => sql) ?? [], isOfTables)
  return useMemo(() => {
    const declared = board?.filters ?? []
    return [...declared, ...derived.filter(({ name }) => !declared.some((filter) => filter.name === name))]
  }, [board, derived])
}

export const hasFiltersOfTables = (board: Schemas['Dashboard']): boolean =>
  Boolean(board.written_by) || board.filters_of_tables === true
