import { Group, NativeSelect, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useContracts } from '../catalog/queries'
import { readAs } from '../files/read-as-text'
import { inSeries } from '../../formats/words'
import { words } from './column-header'
import { EncodingChoice } from './encoding-question'
import { HeaderChoice } from './header-choice'
import { type Deciding, isSameColumnWork, withDataset, withPart } from './edits'
import { innerLists, partWords } from './part-words'

function partChoices(result: Schemas['DryRun']): { value: string; label: string }[] {
  const { part, parts, hidden_parts: hidden = [], part_rows: rows, part_datasets: datasets } = result
  const listed = parts.map((name) => ({
    value: name,
    label: `${partWords(name, rows[name], datasets[name])}${hidden.includes(name) ? ' (hidden in the workbook)' : ''}`,
  }))
  return parts.includes(part) ? listed : [{ value: part, label: part || 'choose …' }, ...listed]
}

function innerParts(result: Schemas['DryRun']): string {
  const { part, part_rows: rows, part_datasets: datasets } = result
  const inner = innerLists(result)
  if (inner.length === 0 || rows[part] === undefined) return ''
  const facts = (name: string) => [count(rows[name] ?? 0, 'record'), words(datasets[name] ?? '')]
  const named = inner.map(({ part: name, path }) => `${path} (${facts(name).filter(Boolean).join(', ')})`)
  return `Lists in these records: ${named.join(', ')}. Choose one as the part of the file to read it with the values of its record`
}

/** The values of a file that no row has, because they are outside the list of records. */
export const besideWords = (names: string[]): string =>
  `${inSeries(names)} ${names.length === 1 ? 'is' : 'are'} beside the list of records, so no row has ${names.length === 1 ? 'it' : 'them'}`

/** Whether a file has columns that the remembered decisions are not about: they are of the nearest header then. */
const hasOtherColumns = ({ grid }: Schemas['DryRun'], { columns, steps }: Deciding['edits']): boolean => {
  const decided = new Set([
    ...Object.keys(columns),
    ...steps.flatMap(({ column, into }) => [column, ...into]),
  ])
  return (grid?.columns ?? []).some((name) => !decided.has(name))
}

interface Props extends Deciding {
  /** The decisions that are remembered for files with these columns. */
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
      <EncodingChoice result={result} edits={edits} onChange={onChange} />
      <HeaderChoice result={result} edits={edits} onChange={onChange} />
      <Text size="sm" className="muted" pb={4}>
        {readAs(result.written_as) ? `Read as ${readAs(result.written_as)}` : ''}
        {result.grid?.has_header === false
          ? '. No header was found: the columns are named by their place'
          : ''}
        {innerParts(result) ? `. ${innerParts(result)}` : ''}
        {result.beside_list.length > 0 ? `. ${besideWords(result.beside_list)}` : ''}
        {remembered
          ? ` · as remembered for files with ${hasOtherColumns(result, remembered) ? 'nearly these' : 'these'} columns${isSameColumnWork(remembered, edits) ? '' : ', with your changes'}`
          : ''}
      </Text>
    </Group>
  )
}
