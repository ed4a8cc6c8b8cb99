import { Anchor, Button, Checkbox, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'

import { Failed } from '../../components/states'
import type { KeptQuestion } from './saved-questions'

interface Props {
  question: Omit<KeptQuestion, 'name' | 'is_pinned'>
  onKeep: (question: KeptQuestion) => Promise<unknown>
}

/** Keeps a question under a name, and puts its answer on the person's own dashboard. */
export function KeepQuestion({ question, onKeep }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [isPinned, setPinned] = useState(true)
  const [kept, setKept] = useState<KeptQuestion>()
  const [error, setError] = useState<unknown>()
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
        const saved = { ...question, name: name.trim(), is_pinned: isPinned }
        onKeep(saved).then(() => {
          setKept(saved)
          setOpen(false)
        }, setError)
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
      {error ? <Failed error={error} what="The question" isAction /> : null}
    </Group>
  )
}

function Kept({ question }: { question: KeptQuestion }) {
  return (
    <Text size="sm" role="status">
      {question.name} is kept in the lake.{' '}
      {question.is_pinned ? (
        <Anchor inherit component={Link} to="/dashboards/mine">
          Open my dashboard
        </Anchor>
      ) : null}
    </Text>
  )
}
