import { Button, Group, Text } from '@mantine/core'

import { count } from '../../api/format'
import { type Deciding, withStep } from './edits'

/** Texts without a digit are words, such as `n/a`, and no number, day or time that somebody mistyped. */
const WORDS = /^[^\d@]{1,30}$/
const OTHER_TYPES = /^(string|varchar|text|bool)/i

/** Refused words in columns of numbers, days and times that may be empty: all such cells become empty at once. */
export function EmptyWords({ result, edits, onChange }: Deciding) {
  const fields = result.mapping?.fields ?? []
  return Object.entries(result.grid?.refused_values ?? {}).map(([column, values]) => {
    const field = fields.find(({ name }) => name === edits.columns[column])
    const words = Object.keys(values).filter((value) => WORDS.test(value))
    if (!field?.may_be_empty || OTHER_TYPES.test(field.type) || words.length === 0) return null
    const rows = words.reduce((sum, word) => sum + (values[word] ?? 0), 0)
    const quoted = words.map((word) => `“${word}”`).join(', ')
    const take = () =>
      onChange(
        withStep(edits, {
          kind: 'map',
          column,
          text: '',
          search: '',
          values: Object.fromEntries(words.map((word) => [word, ''])),
          into: [],
        }),
      )
    return (
      <Group key={column} gap="xs" role="group" aria-label={`Words in ${column}`}>
        <Text size="sm" className="any-text">
          {column} as {field.title}: {quoted} {words.length === 1 ? 'is no value' : 'are no values'} of it,
          and {field.title} may be empty.
        </Text>
        <Button size="compact-sm" variant="default" onClick={take}>
          Take {words.length === 1 ? 'it' : 'them'} as empty ({count(rows, 'row')})
        </Button>
      </Group>
    )
  })
}
