import { useCallback, useEffect, useState } from 'react'

import { forgetCommit, keepCommit, keptCommit } from './kept-edits'

interface PromisedCommit {
  /** The dataset whose rows are committed after the next check; empty for none. */
  dataset: string
  promise: (dataset: string) => void
  end: () => void
}

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
