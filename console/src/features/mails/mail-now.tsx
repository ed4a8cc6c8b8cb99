import { Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { Failed } from '../../components/states'
import { type MailAsked, writtenMail } from './mails'

interface Props {
  asked: MailAsked
  isComplete: boolean
}

/** Shows a mail as it is sent, and sends it to the person now; the schedule stays as it is. */
export function MailNow({ asked, isComplete }: Props) {
  const preview = useMutation({ mutationFn: () => writtenMail('preview', asked) })
  const now = useMutation({ mutationFn: () => writtenMail('send', asked) })
  const error = preview.error ?? now.error
  return (
    <>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isComplete}
          loading={preview.isPending}
          onClick={() => preview.mutate()}
        >
          Preview
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isComplete}
          loading={now.isPending}
          onClick={() => now.mutate()}
        >
          Send one now
        </Button>
      </Group>
      <Text size="xs" role="status">
        {preview.isPending || now.isPending ? 'The answers are being computed …' : null}
        {now.data ? `Sent to ${now.data.address}. It arrives once you have confirmed this address.` : null}
      </Text>
      {error ? <Failed error={error} what="The mail" isAction /> : null}
      {preview.data ? (
        <>
          <Text size="sm" className="any-text">
            Subject: <b>{preview.data.subject}</b>
          </Text>
          <pre className="scroll panel mail-text" tabIndex={0} aria-label="Text of the mail">
            {preview.data.text}
          </pre>
        </>
      ) : null}
    </>
  )
}
