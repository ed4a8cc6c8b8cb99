import { Anchor, Button, Checkbox, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'

import type { KeptQuestion } from './saved-questions'

interface Props {
  question: Omit<KeptQuestion, 'name' | 'isPinned'>
  onKeep: (question: KeptQuestion) => void
}

/** Keeps a question under a name, and puts its answer on the person's own dashboard. */
export function KeepQuestion({ question, onKeep }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [isPinned, setPinned] = useState(true)
  const [kept, setKept] = useState<KeptQuestion>()
  if (!isOpen)
    return (
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
          Save this question
        </Button>
        {kept ? <Kept question={kept} /> : null}
      </Group>
    )
  return (
    <Group
      component="form"
      gap="xs"
      align="end"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault()
        if (!name.trim()) return
        const saved = { ...question, name: name.trim(), isPinned }
        onKeep(saved)
        setKept(saved)
        setOpen(false)
      }}
    >
      <TextInput
        size="xs"
        label="Name of the question"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        pb={6}
        label="Show it on my dashboard"
        checked={isPinned}
        onChange={(event) => setPinned(event.currentTarget.checked)}
      />
      <Button size="xs" type="submit" disabled={!name.trim()}>
        Save
      </Button>
      <Button size="xs" variant="subtle" onClick={() => setOpen(false)}>
        Cancel
      </Button>
    </Group>
  )
}

function Kept({ question }: { question: KeptQuestion }) {
  return (
    <Text size="sm" role="status">
      {question.name} is kept in this browser.{' '}
      {question.isPinned ? (
        <Anchor inherit component={Link} to="/dashboards/mine">
          Open my dashboard
        </Anchor>
      ) : null}
    </Text>
  )
}
