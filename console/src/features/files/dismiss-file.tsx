import { Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { useIgnoreRows } from './queries'

/** A file that was not accepted and that nobody needs: it is dismissed with a reason, and stays in the lake's files. */
export function DismissFile({
  file: { file_id: fileId, error, dismissed },
}: {
  file: Pick<Schemas['FileDetail'], 'file_id' | 'error' | 'dismissed'>
}) {
  const may = useMay('uploader')
  const dismiss = useIgnoreRows(fileId)
  const [note, setNote] = useState<string>()
  if (!error) return null
  const send = (isIgnored: boolean) =>
    dismiss.mutate(
      { rule: error.rule, column: '', note: note ?? '', is_ignored: isIgnored },
      { onSuccess: () => setNote(undefined) },
    )
  return (
    <>
      <Group gap="xs" mt={4}>
        {dismissed ? (
          <>
            <Text size="sm">
              Dismissed <Moment at={dismissed.at} /> by {dismissed.by}: {dismissed.note}. The file stays, and
              waits for nobody.
            </Text>
            {may ? (
              <Button
                size="compact-sm"
                variant="default"
                loading={dismiss.isPending}
                onClick={() => send(false)}
              >
                Take it back
              </Button>
            ) : null}
          </>
        ) : !may ? null : note === undefined ? (
          <Button size="compact-sm" variant="default" onClick={() => setNote('')}>
            Dismiss this file …
          </Button>
        ) : (
          <>
            <TextInput
              size="xs"
              aria-label="Why this file is not needed"
              placeholder="Why? For example: sent by mistake"
              miw={{ base: '10rem', sm: '18rem' }}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Button
              size="compact-sm"
              disabled={!note.trim()}
              loading={dismiss.isPending}
              onClick={() => send(true)}
            >
              Dismiss this file
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setNote(undefined)}>
              Cancel
            </Button>
          </>
        )}
      </Group>
      {dismiss.error ? <Failed error={dismiss.error} what="The file" isAction /> : null}
    </>
  )
}
