import { Anchor, List, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useCaller } from '../../api/queries'
import { panelAddress } from '../dashboards/named-panel'
import { askedBy, questionTitle, useKeptQuestions, waitingAddress } from '../query/saved-questions'

type Reader = Schemas['ColumnReader']

/** The headers in files that are mapped to a column. */
export function Headers({ headers }: { headers: Schemas['FileHeader'][] }) {
  if (headers.length === 0) return null
  return (
    <List size="sm" spacing={4}>
      {headers.map(({ header, files }) => (
        <List.Item key={header}>
          “{header}” in {count(files, 'file')}, mapped to this column
        </List.Item>
      ))}
    </List>
  )
}

const MAX_READERS = 10

/** The panels and questions that read a column. */
export function Readers({ readers }: { readers: Reader[] }) {
  if (readers.length === 0) return null
  const further = readers.slice(MAX_READERS)
  return (
    <>
      <ReaderList readers={readers.slice(0, MAX_READERS)} />
      {further.length > 0 ? (
        <details>
          <summary>and {whole(further.length)} more</summary>
          <ReaderList readers={further} />
        </details>
      ) : null}
    </>
  )
}

function ReaderList({ readers }: { readers: Reader[] }) {
  const caller = useCaller().data?.name
  const kept = useKeptQuestions().kept.data?.questions ?? []
  return (
    <List size="sm" spacing={4}>
      {readers.map((reader) => (
        <List.Item key={`${reader.kind}/${reader.system}/${reader.by}/${reader.name}`}>
          <Anchor size="sm" href={readerAddress(reader, kept)}>
            {reader.kind === 'question' ? questionTitle(reader.title) : reader.title}
          </Anchor>{' '}
          <Text span size="sm" className="muted">
            {kindOf(reader, caller)}
          </Text>
        </List.Item>
      ))}
    </List>
  )
}

function kindOf({ kind, board = '', by = '' }: Reader, caller: string | undefined): string {
  if (kind === 'panel') return board ? `panel of ${board}` : 'panel of a dashboard'
  if (kind === 'question' || !by) return 'saved question'
  return by === caller ? 'saved by you' : `saved by ${by}`
}

/** Where a reader is shown. A statement that a person saved waits there, because it costs money and may be of anybody. */
function readerAddress(reader: Reader, questions: Schemas['KeptQuestionShown'][]): string {
  const { kind, system = '', name, sql = '', by = '' } = reader
  if (kind === 'panel') return panelAddress(system, name)
  if (kind === 'question') return `#/query?question=${encodeURIComponent(name)}`
  const saved = questions.find((question) => question.by === by && question.name === name)
  return `#${waitingAddress(saved ? askedBy(saved) : { sql, view: 'table' })}`
}
