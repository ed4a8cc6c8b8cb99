import { Button, Group, Text } from '@mantine/core'

import { count } from '../../api/format'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { useIgnoreRows } from './queries'
import { ReasonForm } from './reason-form'
import type { RejectionGroup } from './rejection-groups'

interface Props {
  fileId: string
  group: RejectionGroup
  mayCorrect: boolean
}

/** Rows that need no correction, such as test orders: they stay in quarantine, and no page counts them as waiting. */
export function IgnoreGroup({ fileId, group, mayCorrect }: Props) {
  const ignore = useIgnoreRows(fileId)
  const { rule, column, waiting, ignored } = group
  const send = (note: string, isIgnored: boolean, onSuccess?: () => void) =>
    ignore.mutate({ rule, column, note, is_ignored: isIgnored }, { onSuccess })
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
              onClick={() => send('', false)}
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
        <ReasonForm
          deed={`Ignore ${rows}`}
          label={`Why ${rows} need no correction`}
          placeholder="Why? For example: test orders"
          size="compact-xs"
          isPending={ignore.isPending}
          onSend={(note, onDone) => send(note, true, onDone)}
        />
      </Group>
      {failure}
    </>
  )
}
