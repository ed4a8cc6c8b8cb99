import { Text } from '@mantine/core'

import { count, whole } from '../../api/format'
import { heading, inSeries } from '../../formats/words'
import { begunWords, openWords } from './open-period'
import type { DrawnAnswer } from './use-drawn'

/** More of them are counted, because nobody reads so many names below a chart. */
const MOST_NAMED = 3

function notDrawnWords(names: string[]): string {
  if (names.length === 0) return ''
  if (names.length > MOST_NAMED)
    return `${count(names.length, 'further number')} of the answer are not drawn.`
  return `${inSeries(names)} ${names.length > 1 ? 'are' : 'is'} not drawn.`
}

/** The differences of the chart from the table, and which periods at its ends are not whole. */
export function chartNotes({
  note,
  addedUp,
  rowsRead,
  labels = {},
  open,
  begun,
  notChosen = [],
}: DrawnAnswer): string {
  const titled = (name: string): string => labels[name] || heading(name)
  const names = addedUp.map(titled).join(' and ')
  const left = notDrawnWords(notChosen.map(titled))
  const added = names ? `Of these ${whole(rowsRead)} rows, those with the same ${names} are added up.` : ''
  return [added, note, left, begunWords(begun), openWords(open)].filter(Boolean).join(' ')
}

/** The notes below a chart. */
export function ChartNote({ shown }: { shown: DrawnAnswer }) {
  const words = chartNotes(shown)
  return words ? (
    <Text size="sm" className="muted" data-chart-note>
      {words}
    </Text>
  ) : null
}
