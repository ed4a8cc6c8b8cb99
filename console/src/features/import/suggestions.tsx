import { Button, Group, Text } from '@mantine/core'

import { titleOf, words } from './column-header'
import { type Deciding, withDataset, withField } from './edits'
import { openSuggestions, withKnownFormat } from './suggested-fields'

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
        The names of its columns say so. You decide each column next.
      </Text>
    </Group>
  )
}

/** Takes every field that is suggested for a column in one click: the next step, because a commit needs a field for each column. */
export function Suggestions({ result, edits, onChange }: Deciding) {
  const open = openSuggestions(result, edits)
  if (open.length === 0) return null
  return (
    <Group gap="xs">
      <Button
        size="compact-sm"
        onClick={() =>
          onChange(
            open.reduce(
              (next, one) =>
                withKnownFormat(withField(next, one.column, one.field), one.field, result, one.column),
              edits,
            ),
          )
        }
      >
        Use {open.length === 1 ? 'the suggestion' : `the ${open.length} suggestions`}
      </Button>
      <Text size="sm" className="muted">
        {open.map((one) => `${one.column} as ${titleOf(result.mapping?.fields, one.field)}`).join(' · ')}
      </Text>
    </Group>
  )
}
