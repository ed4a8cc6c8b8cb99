import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { capitalised } from '../../formats/words'

type Row = Pick<Schemas['RejectedRow'], 'source_row' | 'disposition' | 'correction'>

const correctedRows = (rows: Row[]): number =>
  new Set(
    rows
      .filter((row) => row.disposition !== 'duplicate' && row.correction === 'accepted')
      .map((row) => row.source_row),
  ).size

/** Rows that were not taken because another row of the same file was. */
const lost = (rows: number): string =>
  rows === 1 ? '1 row is a duplicate in the file' : `${count(rows, 'row')} are duplicates in the file`

/** How many rows wait for a correction; the most where not all rows are read. */
export const waitingRows = (
  { quarantined }: Pick<Schemas['FileDetail'], 'quarantined'>,
  rows: Row[],
): number => Math.max(0, quarantined - correctedRows(rows))

/**
 * How many rows wait for a correction, and how many are duplicates of other rows of the file.
 *
 * The file counts a row whose correction is accepted as one in quarantine. Where not all rows are read yet, further
 * corrections may be accepted, so their number is the most that can wait.
 */
export function waitingWords(
  file: Pick<Schemas['FileDetail'], 'quarantined' | 'duplicates'>,
  rows: Row[],
  isWhole: boolean,
): string {
  const corrected = correctedRows(rows)
  const waiting = waitingRows(file, rows)
  const parts = [
    waiting > 0
      ? `${isWhole ? '' : 'at most '}${count(waiting, 'row')} ${waiting === 1 ? 'waits' : 'wait'} for a correction`
      : '',
    corrected > 0 ? `${count(corrected, 'row')} ${corrected === 1 ? 'is' : 'are'} corrected` : '',
    file.duplicates > 0 ? lost(file.duplicates) : '',
  ]
  return capitalised(parts.filter(Boolean).join(', '))
}
