import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { SAME_KEY } from '../../formats/rules'
import { capitalised } from '../../formats/words'

type Entered = Partial<Pick<Schemas['FileDetail'], 'taken_instead' | 'given_another_key'>>
type File = Pick<Schemas['FileDetail'], 'quarantined' | 'duplicates' | 'corrected' | 'ignored'> &
  SameKey &
  Entered
/** A file with its rows by rule, or the number of those with the key of another row, as a list has it. */
type SameKey = Partial<Pick<Schemas['FileDetail'], 'reasons' | 'same_key'>>
type Row = Pick<Schemas['RejectedRow'], 'source_row' | 'disposition' | 'correction'> &
  Partial<Pick<Schemas['RejectedRow'], 'is_taken_instead'>>

const correctedRows = (rows: Row[]): number =>
  new Set(
    rows
      .filter((row) => row.disposition !== 'duplicate' && row.correction === 'accepted')
      .map((row) => row.source_row),
  ).size

/** How many rows of a file have the key of another row of it, and other values. */
export const sameKeyOf = ({ reasons, same_key: sameKey }: SameKey): number =>
  sameKey ?? reasons?.[SAME_KEY] ?? 0

/** How many of these rows were not sent again since. */
export const openSameKey = ({
  taken_instead: instead = 0,
  given_another_key: rekeyed = 0,
  ...file
}: SameKey & Entered): number => Math.max(0, sameKeyOf(file) - instead - rekeyed)

/** Rows with the key of another row that a person brought in: instead of that row, or with a key of their own. */
export const enteredWords = ({
  taken_instead: instead = 0,
  given_another_key: rekeyed = 0,
}: Entered): string[] =>
  [
    instead > 0 ? `${whole(instead)} taken instead of another row` : '',
    rekeyed > 0 ? `${whole(rekeyed)} with another key` : '',
  ].filter(Boolean)

/** How many rows were taken instead of the row of their key: of all rows of the file, or those that were read since. */
export const takenInstead = (file: Entered, rows: Row[]): number =>
  Math.max(file.taken_instead ?? 0, rows.filter((row) => row.is_taken_instead).length)

/** How many rows have the key of another row. */
export const sameKeyWords = (rows: number): string =>
  `${count(rows, 'row')} ${rows === 1 ? 'has' : 'have'} the key of another row`

/** Rows that were not taken because another row of the same file was: equal ones, and those with its key alone. */
function lost({ duplicates, ...file }: File): string {
  const sameKey = openSameKey(file)
  const equal = duplicates - sameKeyOf(file)
  return [
    ...enteredWords(file),
    sameKey > 0 ? sameKeyWords(sameKey) : '',
    equal > 0
      ? equal === 1
        ? '1 row is a duplicate in the file'
        : `${count(equal, 'row')} are duplicates in the file`
      : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/** How many refused rows have a correction in the lake: of all rows of the file, or those that were read since. */
export const corrected = (file: Pick<File, 'corrected'>, rows: Row[]): number =>
  Math.max(file.corrected, correctedRows(rows))

/** How many rows wait for a correction. */
export const waitingRows = (file: Pick<File, 'quarantined' | 'corrected' | 'ignored'>, rows: Row[]): number =>
  Math.max(0, file.quarantined - corrected(file, rows) - file.ignored)

/** How many rows of a file wait for a person: those that were refused, and not corrected or ignored since. */
export const waitOf = (file: Parameters<typeof waitingRows>[0] & { closed_by: string }): number =>
  file.closed_by ? 0 : waitingRows(file, [])

type Refused = Pick<File, 'quarantined' | 'corrected' | 'ignored'> & { closed_by?: string }

/** Whether a person corrected or ignored some of the refused rows of a file: then what is left of them counts. */
export const isBegun = (
  { corrected: settled = 0, ignored = 0 }: Partial<Pick<File, 'corrected' | 'ignored'>>,
  rows: Row[] = [],
): boolean => corrected({ corrected: settled }, rows) + ignored > 0

/** What became of the refused rows of a file, in parts; none while nobody has begun with them. */
export function outcomeParts(file: Refused, rows: Row[] = []): string[] {
  if (!isBegun(file, rows)) return []
  const [settled, waiting] = [corrected(file, rows), file.closed_by ? 0 : waitingRows(file, rows)]
  return [
    settled > 0 ? `${whole(settled)} corrected` : '',
    waiting > 0 ? `${whole(waiting)} ${waiting === 1 ? 'waits' : 'wait'}` : '',
    file.ignored > 0 ? `${whole(file.ignored)} ignored` : '',
  ].filter(Boolean)
}

/**
 * What became of the refused rows of a file, in the one sentence that all pages have. A row whose correction is accepted
 * stays one of the refused.
 *
 * @example outcomeWords({ quarantined: 51, corrected: 44, ignored: 6 }) // '51 refused: 44 corrected, 1 waits, 6 ignored'
 */
export const outcomeWords = (file: Refused, rows: Row[] = []): string =>
  [`${whole(file.quarantined)} refused`, outcomeParts(file, rows).join(', ')].filter(Boolean).join(': ')

/** How many rows wait for a correction, or what became of them, and how many are duplicates of other rows of the file. */
export function waitingWords(file: File, rows: Row[]): string {
  const waiting = waitingRows(file, rows)
  const parts = [
    isBegun(file, rows)
      ? outcomeWords(file, rows)
      : waiting > 0
        ? `${count(waiting, 'row')} ${waiting === 1 ? 'waits' : 'wait'} for a correction`
        : '',
    lost({ ...file, taken_instead: takenInstead(file, rows) }),
  ]
  return capitalised(parts.filter(Boolean).join(', '))
}

/** The rows of a file that were not accepted, where none of them waits any more. */
export function refusedWords({ quarantined, ...file }: File): string {
  const parts = [
    quarantined > 0 ? `${count(quarantined, 'row')} ${quarantined === 1 ? 'was' : 'were'} refused` : '',
    lost({ quarantined, ...file }),
  ]
  return capitalised(parts.filter(Boolean).join(', '))
}
