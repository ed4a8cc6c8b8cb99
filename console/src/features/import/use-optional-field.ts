import { useMutation, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { path } from '../../api/queries'
import { useContractDrafts } from '../catalog/queries'

export interface OptionalField {
  /** Lets files lack a field; absent for who may not change the dataset. */
  make: ((field: string) => void) | undefined
  /** Who may, where the person may not; empty for a dataset of the project. */
  createdBy: string
  error: unknown
}

/** The right to make a required field of a dataset optional, which its creator and operators have. */
export function useOptionalField(
  dataset: string,
  isOn: boolean,
  onMade: (field: string) => void,
): OptionalField {
  const queries = useQueryClient()
  const drafts = useContractDrafts(isOn && dataset !== '').data?.drafts
  const created = drafts?.find((one) => one.is_in_use && one.dataset === dataset)
  const { mutate, error, isPending } = useMutation({
    mutationFn: (field: string) =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${path(dataset)}/optional-columns`, {
        method: 'POST',
        body: { columns: [field] },
      }),
    onSuccess: (_, field) => {
      for (const key of ['contracts', 'contract', 'catalog', 'contract drafts'])
        void queries.invalidateQueries({ queryKey: [key] })
      onMade(field)
    },
  })
  return {
    make: created?.may_change && !isPending ? mutate : undefined,
    createdBy: created && !created.may_change ? created.by : '',
    error,
  }
}
