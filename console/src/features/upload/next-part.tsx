import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { useFile } from '../files/queries'
import { partWords } from '../import/file-line'
import type { Kept } from './kept-files'

type Parts = Pick<Schemas['DryRun'], 'parts' | 'part_rows' | 'part_datasets'>

/**
 * The parts of a file that are not committed yet, in the order of the file. A list of records is one only where its
 * columns say of which dataset it is: most lists are details of the records around them.
 */
export const openParts = ({ parts, part_rows, part_datasets }: Parts, committed: string[]): string[] =>
  parts.filter(
    (part) => !committed.includes(part) && (part_rows[part] === undefined || Boolean(part_datasets[part])),
  )

/** The parts of a file that are committed after the commit of a check, which may read several sheets as one table. */
export const committedParts = (
  { committed = [] }: Pick<Kept, 'committed'>,
  check: Pick<Schemas['DryRun'], 'parts_read' | 'parts_in_lake'> | undefined,
): string[] => [...committed, ...(check?.parts_read ?? []), ...(check?.parts_in_lake ?? [])]

/** The same file again, to begin with another part, of the dataset that its button names. */
export const keptForPart = ({ file }: Kept, part: string, committed: string[], dataset = ''): Kept => ({
  id: crypto.randomUUID(),
  file,
  dataset,
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
  const wordsOf = (part: string) => partWords(part, file.part_rows[part], file.part_datasets[part])
  return (
    <Group gap="sm">
      <Text size="sm">Not in yet from this file: {open.map(wordsOf).join(', ')}.</Text>
      <Button size="compact-sm" variant="default" onClick={() => onNext(next)}>
        Next: {wordsOf(next)}
      </Button>
    </Group>
  )
}

const SHEET = /(?:^|, )(.+?) \(rows: \d+\)/g

/** The sheets of a workbook that another commit of it did not read. */
export const otherSheets = (writtenAs: Record<string, string>): string[] =>
  [...(writtenAs.left_out ?? '').matchAll(SHEET)].map(([, name]) => name ?? '')

/** Leads from a workbook whose content the lake has to those of its sheets that were not read then. */
export function OtherSheets({ fileId, onOpen }: { fileId: string; onOpen: (sheet: string) => void }) {
  const sheets = otherSheets(useFile(fileId).data?.body.written_as ?? {})
  if (sheets.length === 0) return null
  return (
    <Group gap="sm">
      <Text size="sm">That commit did not read {sheets.length === 1 ? 'the sheet' : 'the sheets'}</Text>
      {sheets.map((sheet) => (
        <Button key={sheet} size="compact-sm" variant="default" onClick={() => onOpen(sheet)}>
          Open {sheet}
        </Button>
      ))}
    </Group>
  )
}
