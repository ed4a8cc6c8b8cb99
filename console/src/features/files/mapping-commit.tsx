import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { type Chosen, misfits, obstacles } from './mapping-choice'

interface Props {
  mapping: Schemas['Mapping']
  chosen: Chosen
  label: string
  disabled?: boolean
  loading?: boolean
  onCommit: () => void
}

/** The button that takes a mapping, with what stops it, and a confirmation where samples do not fit their fields. */
export function MappingCommit({
  mapping,
  chosen,
  label,
  disabled = false,
  loading = false,
  onCommit,
}: Props) {
  const stops = obstacles(mapping, chosen)
  const doubtful = misfits(mapping, chosen)
    .map((column) => `${column} as ${chosen[column]}`)
    .join(', ')
  // Another choice needs a confirmation of its own.
  const [confirmed, setConfirmed] = useState('')
  return (
    <Stack gap="xs">
      {stops.map((sentence) => (
        <Text key={sentence} size="sm">
          {sentence}
        </Text>
      ))}
      {doubtful ? (
        <Checkbox
          size="sm"
          label={`Samples do not fit the field: ${doubtful}. I have checked that these are right.`}
          checked={confirmed === doubtful}
          onChange={(event) => setConfirmed(event.currentTarget.checked ? doubtful : '')}
        />
      ) : null}
      <Group>
        <Button
          onClick={onCommit}
          loading={loading}
          disabled={disabled || stops.length > 0 || (doubtful !== '' && confirmed !== doubtful)}
        >
          {label}
        </Button>
      </Group>
    </Stack>
  )
}
