import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { asRequest, type Edits } from './edits'

/** How long a person has to pause before the rows are counted again. */
const PAUSE_MS = 400

interface DraftCheck {
  /** The newest count; absent before the first one, and where the rows cannot be counted. */
  counted: Schemas['DraftCheck'] | undefined
  /** Whether the count is of the contract as it is now. */
  isCurrent: boolean
  error: unknown
}

/** The gate's count of the rows by a contract that is not stored yet: it follows each change of the contract. */
export function useDraftCheck(
  uploadId: string,
  document: Schemas['ContractDraft']['document'],
  edits: Edits,
  isOn: boolean,
): DraftCheck {
  const body = JSON.stringify({ document, edits: asRequest(edits) })
  const [asked] = useDebouncedValue(body, PAUSE_MS)
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['draft check', uploadId, asked],
    queryFn: ({ signal }) =>
      read<Schemas['DraftCheck']>(`/v1/uploads/${encodeURIComponent(uploadId)}/draft-check`, {
        method: 'POST',
        body: JSON.parse(asked) as Schemas['DraftCheckAsked'],
        signal,
      }),
    enabled: isOn,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
  const isCurrent = asked === body && !isFetching && !isPlaceholderData
  return { counted: data, isCurrent: !isOn || isCurrent, error: isCurrent ? error : null }
}
