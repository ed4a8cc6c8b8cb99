import { Button, Group, Text } from '@mantine/core'

import { count, isNumeric } from '../../api/format'
import type { Schemas } from '../../api/client'
import { Failed } from '../../components/states'
import { type Deciding, mapOfWords, withStep, zeroOf } from './edits'
import { useOptionalField } from './use-optional-field'

/** Texts without a digit are words, such as `n/a`, and no number, day or time that somebody mistyped. */
const WORDS = /^[^\d@]{1,30}$/
const OTHER_TYPES = /^(string|varchar|text|bool)/i

interface Props extends Deciding {
  /** Opens the form in which each value of a column gets the value that it becomes. */
  onMap: (column: string) => void
}

/** Refused words in columns of numbers, days and times: all of them become empty or 0 at once, or each any value. */
export function EmptyWords({ result, edits, onChange, onMap }: Props) {
  const fields = result.mapping?.fields ?? []
  return Object.entries(result.grid?.refused_values ?? {}).map(([column, values]) => {
    const field = fields.find(({ name }) => name === edits.columns[column])
    const words = Object.keys(values).filter((value) => WORDS.test(value))
    if (!field || OTHER_TYPES.test(field.type) || words.length === 0) return null
    const rows = count(
      words.reduce((sum, word) => sum + (values[word] ?? 0), 0),
      'row',
    )
    const quoted = words.map((word) => `“${word}”`).join(', ')
    const [are, them] = words.length === 1 ? ['is no value', 'it'] : ['are no values', 'them']
    const percent = edits.formats[field.name]?.percent ?? field.declared_format?.['percent']
    const take = (text: string) => onChange(withStep(edits, mapOfWords(column, words, text)))
    return (
      <Group key={column} gap="xs" role="group" aria-label={`Words in ${column}`}>
        <Text size="sm" className="any-text">
          {column} as {field.title}: {quoted} {are} of it
          {field.may_be_empty ? `, and ${field.title} may be empty` : ''}.
        </Text>
        {field.may_be_empty ? (
          <Button size="compact-sm" variant="default" onClick={() => take('')}>
            Take {them} as empty ({rows})
          </Button>
        ) : result.hides_values ? null : (
          <MakeOptional dataset={edits.dataset} field={field} onMade={() => take('')} />
        )}
        {isNumeric(field.type) ? (
          <Button size="compact-sm" variant="default" onClick={() => take(zeroOf(percent))}>
            Take {them} as 0 ({rows})
          </Button>
        ) : null}
        <Button size="compact-sm" variant="default" onClick={() => onMap(column)}>
          Map {them} …
        </Button>
      </Group>
    )
  })
}

/** Rows that wait because a required cell is empty: the column may be empty for all files of the dataset. */
export function EmptyCells({ result, edits, onChange }: Deciding) {
  if (result.hides_values) return null
  return (result.grid?.causes ?? []).map(({ column, rule, rows }) => {
    const field = result.mapping?.fields.find(({ name }) => name === edits.columns[column])
    if (rule !== 'required' || !field || field.is_key) return null
    return (
      <Group key={column} gap="xs" role="group" aria-label={`Empty cells in ${column}`}>
        <Text size="sm" className="any-text">
          {column} as {field.title} is empty in {count(rows, 'row')}, and each row needs a value.
        </Text>
        <MakeOptional dataset={edits.dataset} field={field} onMade={() => onChange({ ...edits })} />
      </Group>
    )
  })
}

interface OptionalProps {
  dataset: string
  field: Schemas['ContractField']
  onMade: () => void
}

/** Lets a required column be empty, for who may change the dataset. */
function MakeOptional({ dataset, field, onMade }: OptionalProps) {
  const { make, error } = useOptionalField(dataset, true, onMade)
  return (
    <>
      {make ? (
        <Button size="compact-sm" variant="default" onClick={() => make(field.name)}>
          Make {field.title} optional
        </Button>
      ) : null}
      {error ? <Failed error={error} what="The change of the dataset" isAction /> : null}
    </>
  )
}
