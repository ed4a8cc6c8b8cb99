import { Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { type Edits, withDefault } from './edits'

interface Props {
  fields: Schemas['ContractField'][]
  edits: Edits
  onChange: (next: Edits) => void
}

/** Required fields that no column of the file is: one value for all rows may stand in. */
export function MissingFields({ fields, edits, onChange }: Props) {
  if (!edits.dataset || fields.length === 0) return null
  return (
    <Group gap="xs" align="center">
      <Text size="sm" fw={600}>
        Missing:
      </Text>
      {fields.map((field) => (
        <Missing
          key={field.name}
          title={field.title}
          onSet={(text) => onChange(withDefault(edits, field.name, text))}
        />
      ))}
      <Text size="sm" className="muted">
        Choose the column above, or set one value for all rows.
      </Text>
    </Group>
  )
}

function Missing({ title, onSet }: { title: string; onSet: (text: string) => void }) {
  const [text, setText] = useState<string>()
  if (text === undefined)
    return (
      <Button size="compact-sm" variant="default" onClick={() => setText('')}>
        {title} …
      </Button>
    )
  return (
    <Group gap={4} component="form" onSubmit={() => onSet(text)}>
      <TextInput
        size="xs"
        w="9rem"
        autoFocus
        aria-label={`${title} for all rows`}
        placeholder={title}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button size="compact-sm" disabled={!text} onClick={() => onSet(text)}>
        Set for all
      </Button>
    </Group>
  )
}
