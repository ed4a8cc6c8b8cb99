import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'

import { count } from '../../api/format'
import { Failed } from '../../components/states'
import { browserQuestions, clearBrowserQuestions } from './browser-questions'
import type { KeptQuestion } from './saved-questions'

interface Props {
  /** Names of the person's questions in the lake, which stay as they are. */
  taken: readonly string[]
  onKeep: (question: KeptQuestion) => Promise<unknown>
}

/** Offers once to move the questions that lie in this browser to the lake. */
export function MoveQuestions({ taken, onKeep }: Props) {
  const [questions, setQuestions] = useState(() => browserQuestions())
  const [isMoving, setMoving] = useState(false)
  const [error, setError] = useState<unknown>()
  const [moved, setMoved] = useState(0)
  if (moved > 0)
    return (
      <Text size="sm" role="status">
        {count(moved, 'question')} moved to the lake.
      </Text>
    )
  if (questions.length === 0) return null
  function forget(): void {
    clearBrowserQuestions()
    setQuestions([])
  }
  async function move(): Promise<void> {
    setMoving(true)
    try {
      // One after the other: the lake has one object for all questions of a person.
      for (const question of questions) await onKeep({ ...question, name: freeName(question.name, taken) })
      setMoved(questions.length)
      forget()
    } catch (reason) {
      setError(reason)
    } finally {
      setMoving(false)
    }
  }
  return (
    <Group gap="xs" role="region" aria-label="Questions in this browser">
      <Text size="sm">
        {count(questions.length, 'question')} of an earlier version {questions.length === 1 ? 'lies' : 'lie'}{' '}
        in this browser only.
      </Text>
      <Button size="compact-sm" loading={isMoving} onClick={() => void move()}>
        Move to the lake
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" disabled={isMoving} onClick={forget}>
        Delete
      </Button>
      {error ? <Failed error={error} what="The move" isAction /> : null}
    </Group>
  )
}

/** A name that no question in the lake has: the one there is newer. */
const freeName = (name: string, taken: readonly string[]): string =>
  taken.includes(name) ? `${name} (from this browser)` : name
