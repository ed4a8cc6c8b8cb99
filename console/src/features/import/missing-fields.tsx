import { Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { type Edits, withDefault } from './edits'

interface Props {
  fields: Schemas['ContractField'][]
  edits: Edits
  onChange: (next: Edits) => void
}

/**
 * Fields without a column in the file: one value for all rows may stand in.
 *
 * A masked field that may be empty is asked for, too, because its values may be in a column of another name. A
 * person who knows that the file has none says so, and no value has to be invented.
 */
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
          field={field}
          onSet={(text) => onChange(withDefault(edits, field.name, text))}
        />
      ))}
      <Text size="sm" className="muted">
        {fields.some((field) => field.may_be_empty)
          ? 'Choose the column below, set one value for all rows, or say that the file has none.'
          : 'Choose the column below, or set one value for all rows.'}
      </Text>
    </Group>
  )
}

function Missing({ field, onSet }: { field: Schemas['ContractField']; onSet: (text: string) => void }) {
  const { title, may_be_empty: mayBeEmpty } = field
  const [text, setText] = useState<string>()
  if (text === undefined)
    return (
      <Group gap={4}>
        <Button size="compact-sm" variant="default" onClick={() => setText('')}>
          {title} …
        </Button>
        {mayBeEmpty ? (
          <Button size="compact-sm" variant="default" onClick={() => onSet('')}>
            The file has no {title}
          </Button>
        ) : null}
      </Group>
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
