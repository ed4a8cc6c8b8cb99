import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { Moment } from '../../components/moment'
import { Failed } from '../../components/states'
import { useFile } from '../files/queries'
import { fileTitle } from '../files/file-list'
import type { Result } from '../query/results'
import { CONTENT, SOURCE_ROW } from './belonging'

/** From which file and which row of it a row of a dataset came, when and by whom. */
export function RowOrigin({ dataset, rows: { columns, rows } }: { dataset: string; rows: Result }) {
  const cell = (name: string) => rows[0]?.[columns.findIndex((column) => column.name === name)] ?? null
  const content = String(cell(CONTENT) ?? '')
  const files = useQuery({
    enabled: content !== '',
    queryKey: ['file of content', dataset, content],
    queryFn: () => read<Schemas['FilePage']>('/v1/files', { query: { dataset, content } }),
  })
  const file = files.data?.files[0]
  if (!content || files.isPending) return null
  if (files.error)
    return <Failed error={files.error} what="The file of the row" onRetry={() => void files.refetch()} />
  const others = (
    <Anchor inherit href={`#/datasets/${encodeURIComponent(dataset)}`}>
      the files of the dataset
    </Anchor>
  )
  return (
    <Text size="sm" className="muted">
      {file ? (
        <FileOfRow file={file} row={Number(cell(SOURCE_ROW))} />
      ) : (
        'The file of this row is no longer listed. '
      )}
      The tables have the newest version of each row; earlier ones are in {others}.
    </Text>
  )
}

function FileOfRow({ file, row }: { file: Schemas['FileSummary']; row: number }) {
  const sender = useFile(file.file_id).data?.body.uploaded_by ?? ''
  return (
    <>
      This version came from row {whole(row)} of{' '}
      <Anchor inherit href={`#/files/${encodeURIComponent(file.file_id)}`}>
        {fileTitle(file)}
      </Anchor>
      , received <Moment at={file.received_at} />
      {sender ? ` from ${sender}` : ''}.{' '}
    </>
  )
}
