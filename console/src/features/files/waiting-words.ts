import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { capitalised } from '../../formats/words'

/**
 * How many rows wait for a correction, and how many the lake has already.
 *
 * The file counts a row whose correction is accepted as one in quarantine. Where not all rows are read yet, further
 * corrections may be accepted, so their number is the most that can wait.
 */
export function waitingWords(
  { quarantined, duplicates }: Pick<Schemas['FileDetail'], 'quarantined' | 'duplicates'>,
  rows: Pick<Schemas['RejectedRow'], 'source_row' | 'disposition' | 'correction'>[],
  isWhole: boolean,
): string {
  const accepted = rows.filter((row) => row.disposition !== 'duplicate' && row.correction === 'accepted')
  const corrected = new Set(accepted.map((row) => row.source_row)).size
  const waiting = Math.max(0, quarantined - corrected)
  const parts = [
    waiting > 0
      ? `${isWhole ? '' : 'at most '}${count(waiting, 'row')} ${waiting === 1 ? 'waits' : 'wait'} for a correction`
      : '',
    corrected > 0 ? `${count(corrected, 'row')} ${corrected === 1 ? 'is' : 'are'} corrected` : '',
    duplicates > 0 ? `${count(duplicates, 'row')} came before` : '',
  ]
  return capitalised(parts.filter(Boolean).join(', '))
}
