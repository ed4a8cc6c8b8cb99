import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { partWords } from '../import/file-line'
import type { Kept } from './kept-files'

type Parts = Pick<Schemas['DryRun'], 'parts' | 'part_rows' | 'part_datasets'>

/** The parts of a file that are not committed yet, in the order of the file. */
export const openParts = ({ parts }: Parts, committed: string[]): string[] =>
  parts.filter((part) => !committed.includes(part))

/** The same file again, to begin with another part. */
export const keptForPart = ({ file }: Kept, part: string, committed: string[]): Kept => ({
  id: crypto.randomUUID(),
  file,
  dataset: '',
  addedAt: Date.now(),
  part,
  committed,
})

interface Props {
  file: Parts
  committed: string[]
  onNext: (part: string) => void
}

/** Leads to the sheets of a workbook, or other parts of a file, that are left. */
export function NextPart({ file, committed, onNext }: Props) {
  const open = openParts(file, committed)
  const next = open[0]
  if (next === undefined) return null
  return (
    <Group gap="sm">
      <Text size="sm">
        {count(open.length, 'part')} of this file {open.length === 1 ? 'is' : 'are'} not in yet:{' '}
        {open.join(', ')}.
      </Text>
      <Button size="compact-sm" variant="default" onClick={() => onNext(next)}>
        Next: {partWords(next, file.part_rows[next], file.part_datasets[next])}
      </Button>
    </Group>
  )
}
