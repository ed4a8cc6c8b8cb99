import { Group, NativeSelect, Text } from '@mantine/core'

import { useContracts } from '../catalog/queries'
import { readAs } from '../files/read-as-text'
import { words } from './column-header'
import { type Deciding, withDataset } from './edits'

/** How the file was read, and the decisions that concern it as a whole: its dataset, and which part of it. */
export function FileLine({ result, edits, onChange }: Deciding) {
  const contracts = useContracts()
  const datasets = (contracts.data?.contracts ?? []).filter((one) => one.zone === 'source')
  return (
    <Group gap="sm" align="end" wrap="wrap">
      <NativeSelect
        size="xs"
        label="These rows are"
        aria-label="Dataset of the file"
        value={edits.dataset}
        data={[
          { value: '', label: 'of no dataset yet' },
          ...datasets.map((one) => ({ value: one.name, label: words(one.name) })),
        ]}
        onChange={(event) => onChange(withDataset(edits, event.currentTarget.value))}
      />
      {result.parts.length > 0 ? (
        <NativeSelect
          size="xs"
          label="Part of the file"
          value={edits.part || result.part}
          data={
            result.parts.includes(result.part)
              ? result.parts
              : [{ value: result.part, label: result.part || 'choose …' }, ...result.parts]
          }
          onChange={(event) =>
            onChange({
              ...edits,
              part: event.currentTarget.value,
              columns: {},
              formats: {},
              cells: {},
              steps: [],
            })
          }
        />
      ) : null}
      <Text size="sm" className="muted" pb={4}>
        {readAs(result.written_as) ? `Read as ${readAs(result.written_as)}` : ''}
        {result.is_remembered ? ' · as remembered for files with this header' : ''}
      </Text>
    </Group>
  )
}
