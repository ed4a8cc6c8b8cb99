import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { useRejectedRows } from './queries'
import { corrected, takenInstead, waitingRows } from './waiting-words'

const PLACE = 'waiting-rows'

/** Where the rows that wait begin on the page. */
export const waitingPlace = { id: PLACE, tabIndex: -1 }

type File = Pick<
  Schemas['FileDetail'],
  'file_id' | 'state' | 'closed_by' | 'quarantined' | 'corrected' | 'ignored'
>

/** How many rows of a file wait for a correction that the person may send. */
export function useWaiting(file: File): number {
  const mayCorrect = useMay('uploader')
  const isOpen = mayCorrect && file.state === 'done' && !file.closed_by && file.quarantined > 0
  const rejected = useRejectedRows(file.file_id, '', isOpen)
  if (!isOpen || !rejected.data) return 0
  return waitingRows(
    file,
    rejected.data.pages.flatMap((page) => page.rows),
  )
}

/** A file with the rows that corrections brought in since, by the newest answer; the file is read again then. */
export function useCounted(file: Schemas['FileDetail']): Schemas['FileDetail'] {
  const queries = useQueryClient()
  const rejected = useRejectedRows(
    file.file_id,
    '',
    file.state === 'done' && file.quarantined + file.duplicates > 0,
  )
  const rows = rejected.data?.pages.flatMap((page) => page.rows) ?? []
  const since = corrected(file, rows)
  const isBehind = since > file.corrected
  useEffect(() => {
    if (isBehind) void queries.invalidateQueries({ queryKey: ['file', file.file_id] })
  }, [isBehind, since, file.file_id, queries])
  const isSettled = since > 0 && waitingRows(file, rows) === 0
  const acceptance = isSettled && file.acceptance ? 'ok' : file.acceptance
  return { ...file, acceptance, corrected: since, taken_instead: takenInstead(file, rows) }
}

/** The one thing to do while rows wait; once a correction is typed, sending it is. */
export function OpenWaitingRows({ hasCorrections }: { hasCorrections: boolean }) {
  return (
    <Button size="compact-sm" variant={hasCorrections ? 'default' : 'filled'} onClick={openRows}>
      Open the waiting rows
    </Button>
  )
}

/** Opens the first reason of which a value can be corrected, and begins there; without one, the rows are in view. */
function openRows(): void {
  const place = document.getElementById(PLACE)
  const first = place?.querySelector<HTMLElement>('details td input')
  const group = first?.closest('details') ?? place?.querySelector('details')
  if (group) group.open = true
  const target = first ?? place
  target?.scrollIntoView({ block: 'center' })
  target?.focus({ preventScroll: true })
}
