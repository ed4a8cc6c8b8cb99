import { Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'

interface Props {
  board: Pick<Schemas['Dashboard'], 'queues'>
  panel: Pick<Schemas['Panel'], 'queue'>
  /** The filters of the page, as its address has them, which the queue opens with. */
  address?: string | undefined
}

/** The way from an answer to the queue in which people act on it; nothing for a panel without one. */
export function QueueLink({ board, panel, address = '' }: Props) {
  const queue = board.queues.find(({ name }) => name === panel.queue)
  if (!queue) return null
  const page = `#/work/${encodeURIComponent(queue.name)}`
  return (
    <Anchor size="sm" href={address ? `${page}?${address}` : page}>
      Open the queue “{queue.title}”
    </Anchor>
  )
}
