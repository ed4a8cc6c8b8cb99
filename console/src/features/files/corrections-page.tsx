import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core'

import { sameKeyWords } from './waiting-words'
import type { Schemas } from '../../api/client'
import { bytes, count } from '../../api/format'
import { Moment } from '../../components/moment'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, StateBadge } from '../../components/states'
import { TextList } from '../../components/text-list'
import { useTitles } from '../../formats/columns'
import { heading, type TitleOf } from '../../formats/words'
import { listedState } from './acceptance-words'
import { fileTitle } from './file-list'
import type { Spellings } from './file-spelling'
import { NextStep } from './next-step'
import { useFile, useRejectedRows } from './queries'
import { typedWords, writtenCells } from './rejected-row'
import { placeOf, refusedCells, textWords } from './rejection-groups'
import { Undo } from './undo'

type File = Schemas['FileDetail']

/** Rows of a file that a person corrected and sent again: what became of them, and the way to the file. */
export function CorrectionsPage({ file, originalId }: { file: File; originalId: string }) {
  const original = useFile(originalId).data?.body
  const waits = original === undefined || original.quarantined > original.corrected + original.ignored
  const name = original ? fileTitle(original) : heading(file.dataset)
  const href = `#/files/${encodeURIComponent(originalId)}`
  const refused = file.quarantined
  const spellings = original?.edited_before?.formats ?? {}
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>Corrected rows of {name}</PageTitle>
          <Group gap="xs">
            <StateBadge {...listedState(file)} />
            <Text size="sm" className="muted">
              <Anchor href={href}>{original?.key ?? 'The file'}</Anchor>, {bytes(file.size_bytes)}, sent{' '}
              <Moment at={file.received_at} />
              {file.uploaded_by ? ` by ${file.uploaded_by}` : ''}
              {file.undone_by ? `, undone by ${file.undone_by}` : ''}
            </Text>
          </Group>
        </div>
        <Group gap="xs">
          {refused > 0 && file.state === 'done' && waits ? (
            <Button size="compact-sm" component="a" href={href}>
              Correct {refused === 1 ? 'it' : 'them'} again in {name}
            </Button>
          ) : null}
          <Undo file={file} />
        </Group>
      </Group>
      <Panel title={correctionWords(file)} name="Rows">
        <Stack gap="xs">
          <NextStep file={file} isSecond={refused > 0} />
          {file.quarantined + file.duplicates > 0 ? <RefusedRows file={file} spellings={spellings} /> : null}
          <AcceptedRows
            correctionId={file.file_id}
            originalId={originalId}
            spellings={spellings}
            dataset={file.dataset}
          />
        </Stack>
      </Panel>
    </Stack>
  )
}

/** What became of corrected rows, as an answer. */
export function correctionWords({
  state,
  accepted,
  quarantined,
  duplicates,
}: Pick<File, 'state' | 'accepted' | 'quarantined' | 'duplicates'>): string {
  if (state === 'reverted') return 'The corrections were undone'
  const parts = [
    accepted > 0 ? `${count(accepted, 'row')} ${accepted === 1 ? 'is' : 'are'} in the lake` : '',
    quarantined > 0
      ? `${count(quarantined, 'correction')} ${quarantined === 1 ? 'was' : 'were'} refused`
      : '',
    duplicates > 0 ? sameKeyWords(duplicates) : '',
  ].filter(Boolean)
  return parts.join(', ') || 'The gate has not decided yet'
}

/** The rows that the gate refused again: what was typed, which cells it refused, and why; they are typed again in the file. */
function RefusedRows({ file, spellings }: { file: File; spellings: Spellings }) {
  const titleOf = useTitles(file.dataset)
  const rejected = useRejectedRows(file.file_id, '', true)
  return (
    <Answered of={rejected} what="the refused corrections">
      {({ pages }) => {
        const key = pages[0]?.key ?? []
        return (
          <div className="scroll" tabIndex={0}>
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  {key.map((name) => (
                    <Table.Th key={name}>{titleOf(name)}</Table.Th>
                  ))}
                  <Table.Th>Typed</Table.Th>
                  <Table.Th>Refused</Table.Th>
                  <Table.Th>Why it was refused</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {pages
                  .flatMap(({ rows }) => rows)
                  .map((row) => (
                    <Table.Tr key={`${row.source_row} ${row.column}`}>
                      {key.map((name) => (
                        <Table.Td key={name}>{textWords(row.record[name] ?? '–')}</Table.Td>
                      ))}
                      <Table.Td className="any-text">{typedWords(row, titleOf, spellings) || '–'}</Table.Td>
                      <Table.Td className="any-text">
                        {refusedCells(row)
                          .map(({ column, value }) =>
                            column ? `${titleOf(column)} ${value || '–'}` : 'whole row',
                          )
                          .join(' · ')}
                      </Table.Td>
                      <Table.Td className="any-text">
                        {refusedCells(row)
                          .map(({ reason }) => reason)
                          .join(' ')}
                      </Table.Td>
                    </Table.Tr>
                  ))}
              </Table.Tbody>
            </Table>
          </div>
        )
      }}
    </Answered>
  )
}

interface AcceptedProps {
  correctionId: string
  originalId: string
  spellings: Spellings
  dataset: string
}

/** The rows of a file that this correction brought in, each with what was written. */
function AcceptedRows({ correctionId, originalId, spellings, dataset }: AcceptedProps) {
  const titleOf = useTitles(dataset)
  const rejected = useRejectedRows(originalId, '', true)
  const rows = (rejected.data?.pages ?? [])
    .flatMap((page) => page.rows)
    .filter((row) => row.corrected_by === correctionId && row.correction === 'accepted')
  if (rows.length === 0) return null
  return (
    <TextList lines={rows.map((row) => sentRowWords(row, titleOf, spellings))} label="Rows that came in" />
  )
}

/**
 * A row that a correction brought in.
 *
 * @example sentRowWords(row, columnTitle, {}) // 'Row 9, List price: auf Anfrage → 49,90'
 */
export function sentRowWords(row: Schemas['RejectedRow'], titleOf: TitleOf, spellings: Spellings): string {
  if (row.is_taken_instead) return `Row ${placeOf(row)}: taken instead of the row that was kept`
  const change = writtenCells(row, titleOf, spellings)
  return [`Row ${placeOf(row)}`, change].filter(Boolean).join(', ')
}
