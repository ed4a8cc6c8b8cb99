import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { inSeries } from '../../formats/words'

/** The rows of a file as its check before the commit compared them with the lake. */
type Compared = Pick<Schemas['FileDetail'], 'replaced_rows' | 'unchanged_rows'>

/** Whether the lake had some rows of a file before, so that an undo does not take out every one of them. */
export const hadSome = ({ replaced_rows: replaced, unchanged_rows: unchanged }: Compared): boolean =>
  unchanged != null && (replaced ?? 0) + unchanged > 0

/**
 * What an undo does with the accepted rows of a file, by the check before its commit.
 *
 * @example fateWords(420, { replaced_rows: 7, unchanged_rows: 411 }) // '2 leave the lake, 7 go back to their earlier values and 411 stay, because the lake had them before'
 */
export function fateWords(
  accepted: number,
  { replaced_rows: replaced, unchanged_rows: unchanged }: Compared,
): string {
  const [back, stay] = [replaced ?? 0, unchanged ?? 0]
  const go = Math.max(0, accepted - back - stay)
  const isAll = stay === accepted
  return inSeries(
    [
      go > 0 ? `${whole(go)} ${go === 1 ? 'leaves' : 'leave'} the lake` : '',
      back > 0 ? `${whole(back)} ${back === 1 ? 'goes back to its' : 'go back to their'} earlier values` : '',
      stay > 0
        ? `${isAll ? '' : `${whole(stay)} `}${stay === 1 ? 'stays' : 'stay'}, because the lake had ${stay === 1 ? 'it' : 'them'} before`
        : '',
    ].filter(Boolean),
  )
}

/** What an undone file's rows are now, in the words of the dialog that asked before. */
export function undoneWords({
  before_undo: before,
  in_snapshot: inTables,
  ...compared
}: Pick<Schemas['FileDetail'], 'before_undo' | 'in_snapshot' | 'replaced_rows' | 'unchanged_rows'>): string {
  const rows = before?.accepted ?? 0
  if (rows > 0 && hadSome(compared)) {
    const isAll = compared.unchanged_rows === rows
    const fate = fateWords(rows, compared)
    const of = `${isAll ? 'its' : 'of its'} ${count(rows, 'accepted row')}`
    return `The upload is undone: ${of} ${fate}.${inTables ? ` ${TABLES_FOLLOW}` : ''}`
  }
  const { replaced_rows: replaced } = compared
  const gone =
    inTables || rows === 0
      ? ''
      : rows === 1
        ? ': its row is not in the lake'
        : `: none of its ${count(rows, 'row')} is in the lake`
  const again = replaced
    ? ` The ${replaced === 1 ? 'row' : count(replaced, 'row')} of the lake that it replaced ${replaced === 1 ? 'counts' : 'count'} again.`
    : ''
  return `The upload is undone${gone}.${again}`
}

export const TABLES_FOLLOW = 'The tables follow at the next run.'
