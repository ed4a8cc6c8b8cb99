import { Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { DeleteButton } from '../../components/delete-button'
import { Answered, Failed } from '../../components/states'
import { dayWords } from '../mails/mails'
import { useBoardMails, useDeleteBoard } from './written-boards'

interface Props {
  board: Pick<Schemas['Dashboard'], 'system' | 'title'>
  /** Called with the number of mails that were deleted with it. */
  onDeleted: (mails: number) => void
}

/** The button that deletes a dashboard and its mails for everybody; it asks first. */
export function DeleteBoard({ board: { system, title }, onDeleted }: Props) {
  const remove = useDeleteBoard()
  const [isAsked, setAsked] = useState(false)
  const mails = useBoardMails(system, isAsked)
  async function deleteIt(): Promise<boolean> {
    try {
      await remove.mutateAsync(system)
      onDeleted(mails.data?.mails.length ?? 0)
      return true
    } catch {
      return false // the dialog shows the error
    }
  }
  return (
    <DeleteButton
      label="Delete"
      question={`Delete “${title}” for everybody?`}
      consequence={
        <Answered of={mails} what="its mails">
          {(answer) => <StoppedMails mails={answer.mails} />}
        </Answered>
      }
      onOpen={() => setAsked(true)}
      onDelete={deleteIt}
      isPending={remove.isPending || mails.isFetching}
      failure={remove.error ? <Failed error={remove.error} what="The dashboard" isAction /> : null}
    />
  )
}

/** The mails that stop with a dashboard: their titles, when they are sent, and to whom. */
function StoppedMails({ mails }: { mails: Schemas['BoardMail'][] }) {
  const back = 'You can undo this.'
  if (mails.length === 0) return `Nobody gets it by mail. ${back}`
  return (
    <Stack gap="xs">
      <Text size="sm">
        {mails.length === 1 ? 'One mail stops' : `${count(mails.length, 'mail')} stop`} with it:
      </Text>
      <ul className="history" aria-label="Mails that stop">
        {mails.map((mail) => (
          <li key={`${mail.address} ${mail.title}`}>
            <Text size="sm" span fw={600} className="any-text">
              {mail.title}
            </Text>
            <Text size="sm" span>
              , {dayWords(mail)}, to {mail.address || 'a person who left'}
            </Text>
          </li>
        ))}
      </ul>
      <Text size="sm">{back}</Text>
    </Stack>
  )
}
