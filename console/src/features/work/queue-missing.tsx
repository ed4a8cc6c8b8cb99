import { Alert, Anchor } from '@mantine/core'

import { answerRows } from '../../formats/template'
import { useMayAsk } from '../catalog/personal-columns'
import { useResult } from '../query/results'

/** A sentence on what the lake lacks for the work of a queue, said once, with the way to Upload. Whoever may not read the columns has the list without it. */
export function QueueMissing({ sql }: { sql: string }) {
  const answer = useResult(useMayAsk(sql) ? sql : '').data
  const text = answer ? answerRows(answer).rows[0]?.[0] : null
  if (typeof text !== 'string' || !text) return null
  return (
    <Alert variant="light" color="gray" p="xs" data-testid="queue-missing">
      {text}{' '}
      <Anchor inherit href="#/upload">
        Upload a file
      </Anchor>
    </Alert>
  )
}
