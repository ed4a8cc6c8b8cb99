import { Anchor, Checkbox, Group, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'

import { FormPopover } from '../../components/form-popover'
import type { KeptQuestion } from './saved-questions'

interface Props {
  /** The question that has this statement already; undefined where none has. */
  kept: KeptQuestion | undefined
  /** The names of all own questions. */
  taken: string[]
  /** A name to begin with. */
  proposed: string
  question: Omit<KeptQuestion, 'name' | 'is_pinned'>
  onKeep: (question: KeptQuestion) => Promise<unknown>
  onForget: (name: string) => Promise<unknown>
}

/** Keeps a question under a name, and puts its answer on the person's own dashboard. A question that has another name loses it. */
export function KeepQuestion({ kept, taken, proposed, question, onKeep, onForget }: Props) {
  const [typed, setName] = useState<string>()
  const name = typed ?? kept?.name ?? proposed
  const [chosen, setPinned] = useState<boolean>()
  const isPinned = chosen ?? kept?.is_pinned ?? true
  const isTaken = name.trim() !== kept?.name && taken.includes(name.trim())
  async function send(): Promise<ReactNode> {
    await onKeep({ ...question, name: name.trim(), is_pinned: isPinned })
    // The new name is in the lake first: a failure between the two leaves both, and loses none.
    if (kept && kept.name !== name.trim()) await onForget(kept.name)
    return (
      <>
        Saved.{' '}
        {isPinned ? (
          <Anchor inherit component={Link} to="/dashboards/mine">
            Open my dashboard
          </Anchor>
        ) : null}
      </>
    )
  }
  return (
    <Group gap="xs">
      <FormPopover
        label={kept ? 'Saved: change it' : 'Save this question'}
        submit="Save"
        what="The question"
        isComplete={name.trim() !== '' && !isTaken}
        missing={
          isTaken
            ? 'You have another question of that name, with another statement. Choose another name.'
            : 'Give the question a name first.'
        }
        onSubmit={send}
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
          label="Show it on my dashboard"
          checked={isPinned}
          onChange={(event) => setPinned(event.currentTarget.checked)}
        />
      </FormPopover>
    </Group>
  )
}
