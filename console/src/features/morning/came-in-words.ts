import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { sameKeyOf } from '../files/waiting-words'
import { waitingRowsOf } from '../lake/lake-words'

type File = Pick<Schemas['FileSummary'], 'accepted' | 'duplicates'> &
  Partial<Pick<Schemas['FileSummary'], 'same_key'>>

/** How many files came in 24 hours, and what of them is in the lake. */
export function cameInWords(files: File[], isMore: boolean): string {
  if (files.length === 0) return 'No file came in the last 24 hours.'
  const sum = (of: (file: File) => number): number => files.reduce((total, file) => total + of(file), 0)
  const accepted = count(
    sum((file) => file.accepted),
    'row',
  )
  const duplicates = count(
    sum((file) => file.duplicates - sameKeyOf(file)),
    'duplicate',
  )
  const sameKey = sum(sameKeyOf)
  const others = sameKey > 0 ? `, ${whole(sameKey)} with the key of another row` : ''
  return `${isMore ? 'More than ' : ''}${count(files.length, 'file')} in 24 hours: ${accepted} accepted, ${duplicates}${others}.`
}

/** How many rows of all files wait, as the page Lake counts them: without those that are corrected. */
export function waitWords(lines: Pick<Schemas['QuarantineLine'], 'rows' | 'rule'>[]): string {
  const rows = waitingRowsOf(lines)
  if (rows === 0) return ''
  return `Of all files, ${count(rows, 'row')} ${rows === 1 ? 'waits' : 'wait'} for a correction.`
}
