import { Text } from '@mantine/core'

import { day } from '../../formats/moments'
import type { DrawnAnswer } from './use-drawn'

/** What the chart shows otherwise than the table, and that its last period is not over. */
export function ChartNote({ shown: { note, open } }: { shown: DrawnAnswer }) {
  const words = [
    note,
    open ? `The period from ${day(open.place)} is not over: its data end on ${day(open.until)}.` : '',
  ].filter(Boolean)
  return words.length > 0 ? (
    <Text size="sm" className="muted" data-testid="chart-note">
      {words.join(' ')}
    </Text>
  ) : null
}
