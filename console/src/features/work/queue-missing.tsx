import { Alert, Anchor } from '@mantine/core'

import { answerRows } from '../../formats/template'
import { useMayAsk } from '../catalog/personal-columns'
import { useResult } from '../query/results'

/** A sentence on what the lake lacks for the work of a queue; whoever may not read the columns gets none. It is read before the list is shown, which it would push down. */
export function useMissing(sql: string): { text: unknown; isPending: boolean } {
  const mayAsk = useMayAsk(sql)
  const answer = useResult(sql && mayAsk ? sql : '')
  const isPending = sql ? mayAsk === undefined || answer.isLoading : false
  return { text: answer.data && answerRows(answer.data).rows[0]?.[0], isPending }
}

/** The sentence, said once, with the way to Upload. */
export function QueueMissing({ text }: { text: unknown }) {
  if (typeof text !== 'string' || !text) return null
  return (
    <Alert variant="light" color="gray" p="xs" role="note" data-testid="queue-missing">
      {text}{' '}
      <Anchor inherit href="#/upload">
        Upload a file
      </Anchor>
    </Alert>
  )
}
