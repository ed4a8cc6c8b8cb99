import { Group, Select } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { DeleteQuestion } from './delete-question'
import { type Asked, askedBy, type KeptQuestion, questionTitle } from './saved-questions'

interface Props {
  questions: Schemas['Question'][]
  own: KeptQuestion[]
  /** The statement at hand: a saved question with it is the chosen one. */
  sql: string
  onQuestion: (question: Asked) => void
  onForget: (name: string) => void
}

const OWN = 'own:'

/** The questions of the lake and of the person. */
export function QuestionPicker({ questions, own, sql, onQuestion, onForget }: Props) {
  const chosen = chosenOf(questions, own, sql)
  const kept = own.find(({ name }) => `${OWN}${name}` === chosen)
  const data = [
    ...(own.length > 0
      ? [{ group: 'Mine', items: own.map(({ name }) => ({ value: `${OWN}${name}`, label: name })) }]
      : []),
    {
      group: 'Of this lake',
      items: questions.map(({ name, description }) => ({ value: name, label: questionTitle(description) })),
    },
  ]
  const labels = new Map(data.flatMap(({ items }) => items.map(({ value, label }) => [value, label])))
  const labelOf = (value: string | null): string | undefined => labels.get(value ?? '')
  function choose(value: string | null): void {
    const mine = own.find(({ name }) => `${OWN}${name}` === value)
    const question = questions.find(({ name }) => name === value)
    if (mine) onQuestion(askedBy(mine))
    else if (question) onQuestion({ sql: question.sql, view: 'table' })
  }
  return (
    <Group gap="sm" align="end">
      <Select
        label="Saved question"
        placeholder={sql.trim() ? 'A statement of your own' : 'Choose one'}
        searchable
        // A question is as long as a sentence: its end says what it is about.
        w={{ base: '100%', sm: 'min(100%, 60rem)' }}
        title={labelOf(chosen)}
        data={data}
        value={chosen}
        onChange={choose}
      />
      {kept ? <DeleteQuestion name={kept.name} onDelete={() => onForget(kept.name)} /> : null}
    </Group>
  )
}

/** The question whose statement is the one at hand, as a value of the list. */
function chosenOf(questions: Schemas['Question'][], own: KeptQuestion[], sql: string): string | null {
  const mine = own.find((each) => each.sql.trim() === sql.trim())
  if (mine) return `${OWN}${mine.name}`
  return questions.find((each) => each.sql.trim() === sql.trim())?.name ?? null
}
