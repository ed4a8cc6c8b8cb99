import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { stateWords } from '../../formats/states'
import { originalId } from './original-id'
import { isBegun, outcomeParts, outcomeWords, waitingRows } from './waiting-words'

type Counted = Pick<Schemas['DryRun'], 'acceptance' | 'received' | 'quarantined'> & Settled

/** The refused rows that a person corrected or ignored since; absent before a commit. */
type Settled = Partial<Pick<Schemas['FileDetail'], 'corrected' | 'ignored'>>

/** What a file lost, in one line; empty for a file that lost no more than the lake permits, or of which no row waits. */
export function acceptanceTitle({
  acceptance,
  received,
  quarantined,
  corrected = 0,
  ignored = 0,
}: Counted): string {
  if (acceptance !== 'ok' && isBegun({ corrected, ignored }))
    return waitingRows({ quarantined, corrected, ignored }, []) > 0
      ? `Of ${count(received, 'row')} ${outcomeWords({ quarantined, corrected, ignored })}`
      : ''
  if (acceptance === 'nothing_accepted')
    return received === 1
      ? 'The only row is refused'
      : `No row is accepted: all ${count(received, 'row')} are refused`
  if (acceptance === 'many_refused')
    return `${whole(quarantined)} of ${count(received, 'row')} ${quarantined === 1 ? 'is' : 'are'} refused`
  return ''
}

/** The state that a list shows of a file. */
export const fileState = (file: Pick<Schemas['FileSummary'], 'state' | 'acceptance'> & Settled): string =>
  file.acceptance && file.acceptance !== 'ok' && !isBegun(file) ? file.acceptance : file.state

/** A file whose refused rows need nobody any more. */
export const REPLACED = 'a later version came'

/** Whether a later version of a file has the refused rows that were left. */
export const isReplaced = ({
  state,
  closed_by: by,
  quarantined,
}: Pick<Schemas['FileSummary'], 'state' | 'closed_by' | 'quarantined'>): boolean =>
  state === 'done' && by !== '' && quarantined > 0

/** A file's state in a list: refused rows that are corrected since need nobody. */
export function listedState(
  file: Pick<
    Schemas['FileSummary'],
    'key' | 'state' | 'acceptance' | 'quarantined' | 'corrected' | 'ignored' | 'before_undo' | 'closed_by'
  >,
  isShort = false,
): { state: string; label: string } {
  const state = fileState(file)
  const before = file.before_undo?.accepted ?? 0
  if (state === 'reverted' && before > 0 && !isShort)
    return { state, label: `undone, had ${whole(before)} accepted` }
  if (isReplaced(file)) return { state: 'done', label: isShort ? 'later version' : REPLACED }
  // Refused corrections are corrected again in their file, which counts them.
  if (file.state === 'done' && file.quarantined > 0 && originalId(file.key))
    return correctionState(file, isShort)
  if (isShort && state === 'nothing_accepted') return { state, label: 'none accepted' }
  if (state !== 'done' || file.quarantined === 0) return { state, label: stateWords(state) }
  const left = waitingRows(file, [])
  if (left === 0)
    return { state, label: isShort ? stateWords(state) : ['done', ...outcomeParts(file)].join(', ') }
  return {
    state: 'rows_refused',
    label: isShort ? stateWords('rows_wait') : `${count(left, 'row')} ${left === 1 ? 'waits' : 'wait'}`,
  }
}

/** The state of corrected rows: those that were refused wait in their file until a later correction brings them in. */
function correctionState(
  file: Pick<Schemas['FileSummary'], 'quarantined' | 'corrected' | 'ignored'>,
  isShort: boolean,
): { state: string; label: string } {
  const left = waitingRows(file, [])
  if (left === 0)
    return { state: 'done', label: isShort ? stateWords('done') : 'done, corrected again since' }
  return {
    state: 'rows_refused',
    label: isShort ? `${whole(left)} refused` : `${count(left, 'correction')} refused`,
  }
}

/** Whether a check permits the commit: rows would be accepted. A larger worker processes a file that is too large for a check. */
export const mayCommit = (
  result: Pick<Schemas['DryRun'], 'state' | 'outcome' | 'acceptance' | 'error'>,
): boolean =>
  (result.state !== 'failed' || result.error?.rule === 'too_large') &&
  result.outcome !== 'rejected' &&
  result.acceptance !== 'nothing_accepted'
