import { Text } from '@mantine/core'

import { count, figure } from '../../api/format'
import type { QueueShape } from './queue-list'
import type { Enough } from './queue-state'

interface Props {
  queue: Pick<QueueShape, 'unit' | 'value_label'>
  enough: Enough
  /** How many items are open. */
  open: number
}

/** The line in a queue after which a person may stop for today, with the value of the items on both sides. */
export function EnoughLine({ queue, enough, open }: Props) {
  const rest = open - enough.items
  return (
    <li className="queue-item">
      <Text size="sm" fw={600} px={8} py={6}>
        {`Up to here ${figure(enough.value, queue.unit)} of ${figure(enough.all, queue.unit)} ${queue.value_label || 'at stake'}. ` +
          `The ${count(rest, 'item')} below, ${figure(enough.all - enough.value, queue.unit)}${rest === 1 ? '' : ' together'}, may wait.`}
      </Text>
    </li>
  )
}
