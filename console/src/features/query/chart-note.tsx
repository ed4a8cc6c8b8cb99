import { Text } from '@mantine/core'

import { whole } from '../../api/format'
import { heading } from '../../formats/words'
import { openWords } from './open-period'
import type { DrawnAnswer } from './use-drawn'

/** The differences of the chart from the table, and that its last period is not over. */
export function chartNotes({ note, addedUp, rowsRead, labels = {}, open }: DrawnAnswer): string {
  const names = addedUp.map((name) => labels[name] || heading(name)).join(' and ')
  const added = names ? `Of these ${whole(rowsRead)} rows, those with the same ${names} are added up.` : ''
  return [added, note, openWords(open)].filter(Boolean).join(' ')
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
