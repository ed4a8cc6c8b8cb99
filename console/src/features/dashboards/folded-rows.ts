import { count } from '../../api/format'
import type { Result } from '../query/results'

/** A column of an answer whose text says why nothing is to be done about a row. */
const FOLDED = 'title_folded'

/** An answer without the rows that need no action, and the words of the button that shows them; empty where there are none. */
export function unfolded(answer: Result): { answer: Result; words: string } {
  const place = answer.columns.findIndex(({ name }) => name === FOLDED)
  const isFolded = (row: Result['rows'][number]): boolean => (row[place] ?? null) !== null
  const folded = answer.rows.filter(isFolded)
  if (place < 0 || folded.length === 0) return { answer, words: '' }
  const rows = answer.rows.filter((row) => !isFolded(row))
  const more = rows.length ? `${count(folded.length, 'more row')}` : count(folded.length, 'row')
  return { answer: { ...answer, rows }, words: `${more}: ${String(folded[0]?.[place])}` }
}
