import { Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'

interface Props {
  board: Pick<Schemas['Dashboard'], 'queues'>
  panel: Pick<Schemas['Panel'], 'queue'>
}

/** The way from an answer to the queue in which people act on it; nothing for a panel without one. */
export function QueueLink({ board, panel }: Props) {
  const queue = board.queues.find(({ name }) => name === panel.queue)
  if (!queue) return null
  return (
    <Anchor size="sm" href={`#/work/${encodeURIComponent(queue.name)}`}>
      Open the queue “{queue.title}”
    </Anchor>
  )
}
