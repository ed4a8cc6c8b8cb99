import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'

export type Note = Schemas['Annotation']

const PATH = '/v1/annotations'
const KEY = ['annotations']
const FRESH_MS = 60_000

/** The notes that people wrote on days. */
export const useNotes = () =>
  useQuery({
    queryKey: KEY,
    queryFn: () => read<Schemas['Annotations']>(PATH),
    staleTime: FRESH_MS,
    select: ({ annotations }) => annotations,
  })

/** Writes a note; the key of the request makes a second press write none. */
export function useWriteNote() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: Schemas['AnnotationAsked']) =>
      read<Note>(PATH, { method: 'POST', body, headers: { 'idempotency-key': crypto.randomUUID() } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  })
}

/** Withdraws a note; the table keeps who wrote and who withdrew it. */
export function useWithdrawNote() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      read<Schemas['Annotations']>(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: (list) => queries.setQueryData(KEY, list),
  })
}
