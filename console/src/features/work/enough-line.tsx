import { Text } from '@mantine/core'

import { count, figure, whole } from '../../api/format'
import type { QueueShape } from './queue-list'
import type { Enough } from './queue-state'

interface Props {
  queue: Pick<QueueShape, 'unit' | 'value_label'>
  enough: Enough
  /** How many items are open. */
  open: number
  /** Items that come after them and are not listed, so that their value is not known. */
  unlisted: number
}

/** The line in a queue after which a person may stop for today, with the value of the items on both sides. */
export function EnoughLine({ queue, enough, open, unlisted }: Props) {
  const rest = open - enough.items
  const label = queue.value_label || 'at stake'
  const below = `The ${count(rest, 'item')} below, ${figure(enough.all - enough.value, queue.unit)}${rest === 1 ? '' : ' together'},`
  return (
    <li className="queue-item">
      <Text size="sm" fw={600} px={8} py={6}>
        {unlisted > 0
          ? `Up to here ${figure(enough.value, queue.unit)} ${label}. ${below} and ${whole(unlisted)} that are not listed may wait.`
          : `Up to here ${figure(enough.value, queue.unit)} of ${figure(enough.all, queue.unit)} ${label}. ${below} may wait.`}
      </Text>
    </li>
  )
}
