import { Button, Group, Progress, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import { isRefused } from '../../api/queries'
import { Failed } from '../../components/states'
import { type MailAsked, writtenMail } from './mails'

interface Props {
  asked: MailAsked
  isComplete: boolean
  /** Gets whether the API refused the mail as it is asked, which it would also refuse to schedule. */
  onRefused: (isRefused: boolean) => void
}

/** Shows a mail as it is sent, and sends it to the person now; the schedule stays as it is. */
export function MailNow({ asked, isComplete, onRefused }: Props) {
  const [progress, setProgress] = useState<Schemas['MailShown']>()
  const [isStopped, setStopped] = useState(false)
  const control = useRef<AbortController>(undefined)
  // A dialog that is closed waits for nothing.
  useEffect(() => () => control.current?.abort(), [])
  const written = (deed: 'preview' | 'send') => {
    control.current = new AbortController()
    setProgress(undefined)
    setStopped(false)
    return writtenMail(deed, asked, setProgress, control.current.signal)
  }
  const ends = {
    onSuccess: () => onRefused(false),
    onError: (failure: Error) => onRefused(isRefused(failure)),
  }
  const preview = useMutation({ mutationFn: () => written('preview'), ...ends })
  const now = useMutation({ mutationFn: () => written('send'), ...ends })
  const isWaiting = preview.isPending || now.isPending
  const error = isStopped ? null : (preview.error ?? now.error)
  function stop(): void {
    setStopped(true)
    control.current?.abort()
  }
  return (
    <>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isComplete || now.isPending}
          loading={preview.isPending}
          onClick={() => preview.mutate()}
        >
          Preview
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isComplete || preview.isPending}
          loading={now.isPending}
          onClick={() => now.mutate()}
        >
          Send one now
        </Button>
        {isWaiting ? (
          <Button size="compact-sm" variant="default" onClick={stop}>
            Stop waiting
          </Button>
        ) : null}
      </Group>
      <Text size="xs" role="status">
        {isWaiting ? progressWords(progress) : isStopped ? 'Stopped.' : null}
        {now.data
          ? `Sent to ${now.data.address}. It arrives only if you have confirmed this address: if not, confirm it and send it again.`
          : null}
      </Text>
      {isWaiting && progress && progress.answers > 1 ? (
        <Progress
          size="sm"
          value={(100 * progress.ready_answers) / progress.answers}
          aria-label="Answers that are ready"
        />
      ) : null}
      {error ? <Failed error={error} what="The mail" isAction /> : null}
      {preview.data ? (
        <>
          <Text size="sm" className="any-text">
            Subject: <b>{preview.data.subject}</b>
          </Text>
          <pre className="panel mail-text" role="region" aria-label="Text of the mail">
            {preview.data.text}
          </pre>
        </>
      ) : null}
    </>
  )
}

/** How many answers of a mail are ready, and which one it waits for; nothing is known before the API says it for the first time. */
function progressWords(progress: Schemas['MailShown'] | undefined): string {
  if (!progress || progress.answers < 2) return 'The answers are being computed …'
  return `${progress.ready_answers} of ${progress.answers} answers are ready. Waiting for “${progress.waits_for}” …`
}
