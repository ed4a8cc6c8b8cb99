import { type Dispatch, type SetStateAction, useEffect, useRef } from 'react'

import type { Schemas } from '../../api/client'
import type { Corrections } from './rejection-groups'

interface Sent {
  fileId: string
  values: Corrections
}

/** Remembers what was sent, and puts it back into the boxes of rows that were refused again: often one of several values is wrong. */
export function useRefusedValues(
  rows: Schemas['RejectedRow'][],
  setCorrections: Dispatch<SetStateAction<Corrections>>,
): (fileId: string, values: Corrections) => void {
  const remembered = useRef<Sent>(undefined)
  useEffect(() => {
    const sent = remembered.current
    if (!sent) return
    const outcomes = rows.filter((row) => row.corrected_by === sent.fileId && row.correction !== 'sent')
    if (outcomes.length === 0) return
    const again = outcomes.flatMap(({ source_row, correction }) => {
      const values = sent.values.get(source_row)
      return correction === 'refused' && values ? [[source_row, values] as const] : []
    })
    if (again.length > 0) setCorrections((typed) => new Map([...again, ...typed]))
    remembered.current = undefined
  }, [rows, setCorrections])
  return (fileId, values) => {
    remembered.current = { fileId, values }
  }
}
