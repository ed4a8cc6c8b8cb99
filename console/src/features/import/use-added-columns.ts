import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

import { read, type Schemas } from '../../api/client'
import { path } from '../../api/queries'
import { useContractDrafts } from '../catalog/queries'
import { type Edits, withField } from './edits'
import { columnsWithoutField } from './undecided-columns'

export interface AddedColumns {
  /** Adds a column of the file to the dataset, and maps it; absent for people who may not. */
  add: ((column: string) => void) | undefined
  /** The column that is being added. */
  adding?: string | undefined
  /** Who created the dataset, for people who may not add; empty for a dataset of the project. */
  createdBy: string | undefined
  /** Why the newest column could not be added. */
  error: unknown
}

/** Columns of an upload that become optional columns of its dataset, which a person created in the console. */
export function useAddedColumns(
  uploadId: string,
  result: Schemas['DryRun'],
  edits: Edits,
  change: (next: Edits) => void,
): AddedColumns {
  const queries = useQueryClient()
  const drafts = useContractDrafts(columnsWithoutField(result, edits).length > 0).data?.drafts
  const created = drafts?.find(({ dataset, is_in_use }) => is_in_use && dataset === edits.dataset)
  const newest = useRef(edits)
  useEffect(() => {
    newest.current = edits
  })
  const { dataset } = edits
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: (name: string) =>
      read<Schemas['AddedColumns']>(`/v1/contract-drafts/${path(dataset)}/columns`, {
        method: 'POST',
        body: { upload_id: uploadId, columns: [name] },
      }),
    onSuccess: ({ fields }) => {
      for (const key of ['contracts', 'contract', 'catalog', 'contract drafts'])
        void queries.invalidateQueries({ queryKey: [key] })
      if (newest.current.dataset === dataset)
        change(
          Object.entries(fields).reduce(
            (next, [name, field]) => withField(next, name, field),
            newest.current,
          ),
        )
    },
  })
  const mayAdd = created?.may_change && !result.hides_values
  return {
    add: mayAdd && !isPending ? mutate : undefined,
    adding: isPending ? variables : undefined,
    createdBy: mayAdd ? undefined : drafts && (created?.by ?? ''),
    error,
  }
}
