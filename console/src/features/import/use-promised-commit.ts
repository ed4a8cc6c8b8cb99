import { useCallback, useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { mayCommit } from '../files/acceptance-words'
import { openOrders } from './date-orders'
import type { Edits } from './edits'
import { forgetCommit, keepCommit, keptCommit } from './kept-edits'
import { isMostlyDuplicates } from './outcome-words'

interface PromisedCommit {
  /** The dataset whose rows are committed after the next check; empty for none. */
  dataset: string
  promise: (dataset: string) => void
  end: () => void
}

/**
 * Whether a check of a created dataset's rows lets the promised commit follow. While the order of dates is open, the
 * gate has checked the rows without them, and a commit would leave them empty.
 */
export const isKept = (created: string, result: Schemas['DryRun'], edits: Edits): boolean =>
  result.dataset === created &&
  result.accepted > 0 &&
  mayCommit(result) &&
  !isMostlyDuplicates(result) &&
  !openOrders(result, edits).some(({ isMapped }) => isMapped)

/**
 * The commit that a button promised when it created a dataset: it follows the check of the rows. A reload goes on
 * with it, and closing the window asks first.
 */
export function usePromisedCommit(uploadId: string): PromisedCommit {
  const [dataset, setDataset] = useState('')
  useEffect(() => {
    let isOpen = true
    void keptCommit(uploadId).then((kept) => isOpen && kept && setDataset(kept))
    return () => {
      isOpen = false
    }
  }, [uploadId])
  useEffect(() => {
    if (!dataset) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [dataset])
  return {
    dataset,
    promise: useCallback(
      (next: string) => {
        setDataset(next)
        void keepCommit(uploadId, next)
      },
      [uploadId],
    ),
    end: useCallback(() => {
      setDataset('')
      void forgetCommit(uploadId)
    }, [uploadId]),
  }
}
