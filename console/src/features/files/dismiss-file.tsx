import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { useIgnoreRows } from './queries'
import { ReasonForm } from './reason-form'

/** A file that was not accepted and that nobody needs: it is dismissed with a reason, and stays in the lake's files. */
export function DismissFile({
  file: { file_id: fileId, error, dismissed },
}: {
  file: Pick<Schemas['FileDetail'], 'file_id' | 'error' | 'dismissed'>
}) {
  const may = useMay('uploader')
  const dismiss = useIgnoreRows(fileId)
  if (!error) return null
  const send = (note: string, isIgnored: boolean, onSuccess?: () => void) =>
    dismiss.mutate({ rule: error.rule, column: '', note, is_ignored: isIgnored }, { onSuccess })
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
                onClick={() => send('', false)}
              >
                Take it back
              </Button>
            ) : null}
          </>
        ) : may ? (
          <ReasonForm
            deed="Dismiss this file"
            label="Why this file is not needed"
            placeholder="Why? For example: sent by mistake"
            size="compact-sm"
            isRequired
            isPending={dismiss.isPending}
            onSend={(note, onDone) => send(note, true, onDone)}
          />
        ) : null}
      </Group>
      {dismiss.error ? <Failed error={dismiss.error} what="The file" isAction /> : null}
    </>
  )
}
