import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { checkEdits } from '../import/check-edits'
import { NO_EDITS } from '../import/edits'
import { listsWithoutDataset, partWords } from '../import/part-words'
import type { Kept } from './kept-files'
import type { Checked } from './transfer'

type Parts = Pick<Schemas['DryRun'], 'offered_parts' | 'part_rows' | 'part_datasets'>

/** The parts of a file to commit that are not committed yet, in the order of the file. */
export const openParts = ({ offered_parts: offered }: Pick<Parts, 'offered_parts'>, committed: string[]) =>
  offered.filter((part) => !committed.includes(part))

const namesInLake = ({ parts_in_lake: parts }: Pick<Schemas['DryRun'], 'parts_in_lake'>): string[] =>
  parts.map(({ name }) => name)

/** The parts of a file that are committed after the commit of a check, which may read several sheets as one table. */
export const committedParts = (
  { committed = [] }: Pick<Kept, 'committed'>,
  check: Pick<Schemas['DryRun'], 'parts_read' | 'parts_in_lake'> | undefined,
): string[] => [...committed, ...(check?.parts_read ?? []), ...(check ? namesInLake(check) : [])]

/** The same file again, to begin with another part, of the dataset that its button names. */
export const keptForPart = (
  { file, by }: Kept,
  part: string,
  committed: string[],
  dataset = '',
  opensDraft = false,
): Kept => ({
  id: crypto.randomUUID(),
  file,
  dataset,
  by,
  addedAt: Date.now(),
  part,
  committed,
  ...(opensDraft ? { opensDraft } : {}),
})

interface Props {
  file: Parts
  committed: string[]
  onNext: (part: string, opensDraft: boolean) => void
}

/** Leads to the sheets of a workbook, or other parts of a file, that are left. */
export function NextPart({ file, committed, onNext }: Props) {
  const open = openParts(file, committed)
  const lists = listsWithoutDataset(file, committed)
  const next = open[0] ?? lists[0]
  if (next === undefined) return null
  const wordsOf = (part: string) => partWords(part, file.part_rows[part], file.part_datasets[part])
  return (
    <Group gap="sm">
      <Text size="sm">Not in yet from this file: {[...open, ...lists].map(wordsOf).join(', ')}.</Text>
      <Button
        size="compact-sm"
        variant={open.length > 0 ? 'filled' : 'default'}
        onClick={() => onNext(next, open.length === 0)}
      >
        {open.length > 0 ? 'Next: ' : 'Make a dataset of '}
        {wordsOf(next)}
      </Button>
    </Group>
  )
}

/**
 * The first check of a file, or that of its first part that is not in the lake, where the part that was read is in and
 * nobody has chosen or decided anything.
 */
export async function atOpenPart(
  uploadId: string,
  first: Checked,
  { part }: Pick<Kept, 'part'>,
  signal: AbortSignal,
): Promise<Checked> {
  const { result } = first
  const inLake = namesInLake(result)
  const isIn = result.parts_read.length > 0 && result.parts_read.every((name) => inLake.includes(name))
  const [next] = openParts(result, inLake)
  if (part || !isIn || next === undefined || isDecided(result)) return first
  return checkEdits(uploadId, { ...NO_EDITS, part: next, dataset: result.part_datasets[next] ?? '' }, signal)
}

/** Whether a person has decided about the columns or rows of an upload before; what is remembered is nobody's decision. */
const isDecided = ({ edits, is_remembered }: Schemas['DryRun']): boolean =>
  Boolean(edits) &&
  ((!is_remembered && Object.keys(edits?.columns ?? {}).length > 0) ||
    (edits?.cells.length ?? 0) > 0 ||
    (edits?.left_out.length ?? 0) > 0)

/** Whether all parts of a file that could be committed are in the lake. */
export const isAllIn = (result: Schemas['DryRun']): boolean =>
  result.parts_in_lake.length > 0 && !isDecided(result) && openParts(result, namesInLake(result)).length === 0
