import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import type { DraftColumn } from './draft-columns'
import { decidesWords } from './draft-words'

type Facts = NonNullable<Schemas['ContractDraft']['mostly_numbers']>

interface Props {
  /** Text columns with numbers in at least half of their rows. */
  of: Facts | undefined
  columns: DraftColumn[]
  drafted: DraftColumn[]
  titleOf: (column: string) => string
  /** Whether a person decides about the words of a column one by one. */
  hasWords: (at: number) => boolean
  onChange: (at: number, column: DraftColumn) => void
}

/** Columns that stay text because of words among their numbers, each with a button that makes it one of numbers. */
export function MostlyNumbers({ of = {}, columns, drafted, titleOf, hasWords, onChange }: Props) {
  return Object.entries(of).map(([name, facts]) => {
    const at = drafted.findIndex((one) => one.name === name)
    const column = columns[at]
    if (!column || column.isLeftOut || column.key || decidesWords(column.type)) return null
    const title = titleOf(name)
    return (
      <Group key={name} gap="xs" role="note" aria-label={`Numbers in ${title}`}>
        <Text size="sm">
          <b>{title}</b> stays text: {numbersWords(facts)}. As a number,{' '}
          {hasWords(at) ? 'you decide what each word means.' : 'the rows with words wait for a person.'}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onChange(at, { ...column, type: facts.is_whole ? 'BIGINT' : 'DECIMAL(18,4)' })}
        >
          Read {title} as a number
        </Button>
      </Group>
    )
  })
}

/**
 * How many values are numbers, and which words are among them.
 *
 * @example numbersWords(facts) // '40 values are numbers, 20 are words (free in 12, closed in 5 and 3 others)'
 */
export function numbersWords({ numbers, others, words, different }: Facts[string]): string {
  const named = Object.entries(words).map(([word, rows]) => `${word} in ${whole(rows)}`)
  const more = different - named.length
  const listed = `${named.join(', ')}${more > 0 ? ` and ${whole(more)} ${more === 1 ? 'other' : 'others'}` : ''}`
  return `${count(numbers, 'value')} ${numbers === 1 ? 'is a number' : 'are numbers'}, ${whole(others)} ${others === 1 ? 'is a word' : 'are words'} (${listed})`
}
