import { Button, Group, Select } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { type Asked, askedBy, type KeptQuestion } from './saved-questions'

interface Props {
  questions: Schemas['Question'][]
  own: KeptQuestion[]
  tables: Schemas['CatalogTable'][]
  onQuestion: (question: Asked) => void
  onTable: (name: string) => void
  onForget: (name: string) => void
}

const OWN = 'own:'

/** The questions of the lake and of the person, and the names of tables. */
export function QuestionPicker({ questions, own, tables, onQuestion, onTable, onForget }: Props) {
  const [chosen, setChosen] = useState<string | null>(null)
  const kept = own.find(({ name }) => `${OWN}${name}` === chosen)
  const data = [
    ...(own.length > 0
      ? [{ group: 'Mine', items: own.map(({ name }) => ({ value: `${OWN}${name}`, label: name })) }]
      : []),
    {
      group: 'Of this lake',
      items: questions.map(({ name, description }) => ({ value: name, label: description })),
    },
  ]
  function choose(value: string | null): void {
    setChosen(value)
    const mine = own.find(({ name }) => `${OWN}${name}` === value)
    const question = questions.find(({ name }) => name === value)
    if (mine) onQuestion(askedBy(mine))
    else if (question) onQuestion({ sql: question.sql, view: 'table' })
  }
  return (
    <Group gap="sm" align="end">
      <Select
        label="Saved question"
        placeholder="Choose one"
        searchable
        w={{ base: '100%', sm: 420 }}
        data={data}
        value={chosen}
        onChange={choose}
      />
      <Select
        label="Table"
        placeholder="Insert a name"
        searchable
        w={{ base: '100%', sm: 280 }}
        data={tables.map((table) => `${table.database}.${table.name}`)}
        onChange={(name) => name && onTable(name)}
      />
      {kept ? (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            onForget(kept.name)
            setChosen(null)
          }}
        >
          Delete {kept.name}
        </Button>
      ) : null}
    </Group>
  )
}
