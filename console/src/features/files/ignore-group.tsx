import { Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import { count } from '../../api/format'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { useIgnoreRows } from './queries'
import type { RejectionGroup } from './rejection-groups'

interface Props {
  fileId: string
  group: RejectionGroup
  mayCorrect: boolean
}

/** Rows that need no correction, such as test orders: they stay in quarantine, and no page counts them as waiting. */
export function IgnoreGroup({ fileId, group, mayCorrect }: Props) {
  const ignore = useIgnoreRows(fileId)
  const [note, setNote] = useState<string>()
  const { rule, column, waiting, ignored } = group
  const send = (isIgnored: boolean) =>
    ignore.mutate(
      { rule, column, note: note ?? '', is_ignored: isIgnored },
      { onSuccess: () => setNote(undefined) },
    )
  const failure = ignore.error ? <Failed error={ignore.error} what="The rows" isAction /> : null
  if (ignored)
    return (
      <>
        <Group gap="xs" my={4}>
          <Text size="sm">
            {count(ignored.rows, 'row')} {ignored.rows === 1 ? 'is' : 'are'} ignored since{' '}
            <Moment at={ignored.at} /> by {ignored.by}
            {ignored.note ? `: ${ignored.note}` : ''}.
          </Text>
          {mayCorrect ? (
            <Button
              size="compact-xs"
              variant="default"
              loading={ignore.isPending}
              onClick={() => send(false)}
            >
              Take it back
            </Button>
          ) : null}
        </Group>
        {failure}
      </>
    )
  if (!mayCorrect || waiting === 0) return null
  const rows = waiting === 1 ? 'this row' : `these ${waiting} rows`
  return (
    <>
      <Group gap="xs" my={4}>
        {note === undefined ? (
          <Button size="compact-xs" variant="default" onClick={() => setNote('')}>
            Ignore {rows} …
          </Button>
        ) : (
          <>
            <TextInput
              size="xs"
              aria-label={`Why ${rows} need no correction`}
              placeholder="Why? For example: test orders"
              miw={{ base: '10rem', sm: '18rem' }}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button size="compact-xs" loading={ignore.isPending} onClick={() => send(true)}>
              Ignore {rows}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setNote(undefined)}>
              Cancel
            </Button>
          </>
        )}
      </Group>
      {failure}
    </>
  )
}
