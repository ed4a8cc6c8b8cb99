import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'

import { useFocusBack } from '../../components/use-focus-back'
import { Failed } from '../../components/states'
import { useKeptQuestions } from '../query/saved-questions'

const MOST = 200

/** Asks for another name of a question, which is the title of its panel. */
export function RenameQuestion({ name, onClose }: { name: string; onClose: () => void }) {
  useFocusBack()
  const { rename } = useKeptQuestions()
  const [to, setTo] = useState(name)
  const isComplete = to.trim() !== ''
  function send(event: React.FormEvent): void {
    event.preventDefault()
    if (!isComplete) return
    if (to.trim() === name) onClose()
    else rename.mutate({ name, to: to.trim() }, { onSuccess: onClose })
  }
  return (
    <Modal opened onClose={onClose} title="Rename the panel">
      <Stack component="form" onSubmit={send}>
        <TextInput
          label="Title"
          data-autofocus
          maxLength={MOST}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {rename.error ? <Failed error={rename.error} what="The new title" isAction /> : null}
        <Group>
          <Button type="submit" disabled={!isComplete} loading={rename.isPending}>
            Save
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
