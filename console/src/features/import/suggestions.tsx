import { Button, Group, Text } from '@mantine/core'

import { titleOf, words } from './column-header'
import { type Deciding, withDataset, withField, withProposed } from './edits'
import {
  openFormats,
  openFormatWords,
  openSteps,
  openSuggestions,
  withKnownFormat,
  withOpenFormats,
} from './suggested-fields'
import { stepWords } from './step-words'

/** The dataset that is proposed for a file that none is known for, by the names of its columns. */
export function LikelyDataset({ result, edits, onChange }: Deciding) {
  const dataset = result.likely_dataset
  if (!dataset || edits.dataset) return null
  return (
    <Group gap="xs">
      <Button size="compact-sm" onClick={() => onChange(withDataset(edits, dataset))}>
        These rows are {words(dataset)}
      </Button>
      <Text size="sm" className="muted">
        The names in the file say so. You decide each column next.
      </Text>
    </Group>
  )
}

/**
 * Takes every suggested field and format of a column, and every proposed step, in one click: the next step, because a
 * commit needs a field for each column.
 */
export function Suggestions({ result, edits, onChange }: Deciding) {
  const open = openSuggestions(result, edits)
  const steps = openSteps(result, edits)
  const formats = openFormats(result, edits)
  const all = open.length + steps.length + formats.length
  if (all === 0) return null
  const columns = result.grid?.columns ?? []
  const take = () => {
    const mapped = open.reduce(
      (next, one) => withKnownFormat(withField(next, one.column, one.field), one.field, result, one.column),
      withOpenFormats(edits, formats),
    )
    onChange(steps.reduce((next, step) => withProposed(next, step, columns), mapped))
  }
  const said = [
    ...open.map((one) => `${one.column} as ${titleOf(result.mapping?.fields, one.field)}`),
    ...formats.map(openFormatWords),
    ...steps.map(({ field, step }) => stepWords(step, titleOf(result.mapping?.fields, field))),
  ]
  return (
    <Group gap="xs">
      <Button size="compact-sm" onClick={take}>
        Use {all === 1 ? 'the suggestion' : `the ${all} suggestions`}
      </Button>
      <Text size="sm" className="muted">
        {said.join(' · ')}
      </Text>
    </Group>
  )
}
