import { Group, NativeSelect, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useContracts } from '../catalog/queries'
import { readAs } from '../files/read-as-text'
import { words } from './column-header'
import { type Deciding, isSameColumnWork, withDataset, withPart } from './edits'

/** A part of a file in words: the list `export.orders` of nested records is "export › orders · 25 records". */
export function partWords(part: string, rows: number | undefined, dataset = ''): string {
  if (rows === undefined) return part
  const name = part === '$' ? 'the whole file' : part.replaceAll('.', ' › ')
  return [name, count(rows, 'record'), words(dataset)].filter(Boolean).join(' · ')
}

function partChoices(result: Schemas['DryRun']): { value: string; label: string }[] {
  const { part, parts, part_rows: rows, part_datasets: datasets } = result
  const listed = parts.map((name) => ({ value: name, label: partWords(name, rows[name], datasets[name]) }))
  return parts.includes(part) ? listed : [{ value: part, label: part || 'choose …' }, ...listed]
}

/** The lists inside the records that are read, which are parts of their own. */
function innerParts({ part, parts, part_rows, part_datasets }: Schemas['DryRun']): string {
  const prefix = part === '$' ? '' : `${part}.`
  const inner = parts.filter(
    (name) => name !== part && part_rows[name] !== undefined && name.startsWith(prefix),
  )
  if (inner.length === 0 || part_rows[part] === undefined) return ''
  const facts = (name: string) => [count(part_rows[name] ?? 0, 'record'), words(part_datasets[name] ?? '')]
  const named = inner.map(
    (name) => `${name.slice(prefix.length)} (${facts(name).filter(Boolean).join(', ')})`,
  )
  return `Lists in these records: ${named.join(', ')}. Choose one as the part of the file to read it with the values of its record.`
}

interface Props extends Deciding {
  /** The decisions that are remembered for files with this header. */
  remembered: Deciding['edits'] | undefined
  /** Whether the file has rows, which are of a dataset. */
  hasRows: boolean
}

/** How the file was read, and the decisions that concern it as a whole: its dataset, and which part of it. */
export function FileLine({ result, edits, remembered, hasRows, onChange }: Props) {
  const contracts = useContracts()
  // Another part is often of another dataset: its own columns say which.
  const datasetOf = (part: string): Deciding['edits'] => ({
    ...edits,
    dataset: result.part_datasets[part] ?? '',
  })
  const datasets = (contracts.data?.contracts ?? []).filter((one) => one.zone === 'source')
  return (
    <Group gap="sm" align="end" wrap="wrap">
      {hasRows ? (
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
      ) : null}
      {result.parts.length > 0 ? (
        <NativeSelect
          size="xs"
          label="Part of the file"
          value={edits.part || result.part}
          data={partChoices(result)}
          onChange={(event) =>
            onChange(withPart(datasetOf(event.currentTarget.value), event.currentTarget.value))
          }
        />
      ) : null}
      <Text size="sm" className="muted" pb={4}>
        {readAs(result.written_as) ? `Read as ${readAs(result.written_as)}` : ''}
        {innerParts(result) ? `. ${innerParts(result)}` : ''}
        {remembered
          ? ` · as remembered for files with this header${isSameColumnWork(remembered, edits) ? '' : ', with your changes'}`
          : ''}
      </Text>
    </Group>
  )
}
