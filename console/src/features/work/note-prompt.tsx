import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'

interface Props {
  action: Schemas['QueueAction']
  /** Takes the note; an empty one cancels. */
  onAnswer: (note: string) => void
}

/** Asks for the note of a decision before it is taken; Escape closes the question. */
export function NotePrompt({ action, onAnswer }: Props) {
  const [note, setNote] = useState('')
  return (
    <Group
      component="form"
      gap="xs"
      align="end"
      p="xs"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        if (note.trim()) onAnswer(note.trim())
      }}
      onKeyDown={(event: React.KeyboardEvent) => event.key === 'Escape' && onAnswer('')}
    >
      <TextInput
        size="xs"
        flex={1}
        miw={200}
        label={action.note_prompt}
        maxLength={1000}
        data-autofocus
        autoFocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={!note.trim()}>
        {action.label}
      </Button>
      <Button size="xs" variant="default" onClick={() => onAnswer('')}>
        Cancel
      </Button>
    </Group>
  )
}
