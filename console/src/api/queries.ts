import { useQuery } from '@tanstack/react-query'

import { ApiProblem, read, type Schemas } from './client'

export const POLL_MS = 3000

/** Answers after which a page stops to ask by itself: ten minutes. */
const MOST_POLLS = 200

/** Whether a file has been asked about for so long that a person says when to ask again. */
export const isOver = (state: { dataUpdateCount: number }): boolean => state.dataUpdateCount > MOST_POLLS

/** A request that the API refused is refused again. */
export const isRefused = (error: unknown): boolean => error instanceof ApiProblem && error.status < 500

export const path = encodeURIComponent

export const useCaller = () =>
  useQuery({ queryKey: ['me'], queryFn: () => read<Schemas['Caller']>('/v1/me'), staleTime: Infinity })

export function useMay(group: 'uploader' | 'operator' | 'personal-data'): boolean {
  const groups = useCaller().data?.groups ?? []
  return groups.some((one) => one === group || one === 'operator')
}
