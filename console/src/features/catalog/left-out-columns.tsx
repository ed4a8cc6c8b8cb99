import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { count } from '../../api/format'
import { path } from '../../api/queries'
import { Panel } from '../../components/panel'
import { FailedAnswer } from '../../components/states'
import { whoAdds } from '../import/undecided-columns'

type FileWithColumn = Schemas['FileWithColumn']

interface Props {
  dataset: string
  /** How the dataset was created; absent for a dataset of the project. */
  draft: Schemas['StoredContractDraft'] | undefined
}

/** The columns of recent files that the dataset does not have, with the files, and who can add them. */
export function LeftOutColumns({ dataset, draft }: Props) {
  const leftOut = useQuery({
    queryKey: ['left out columns', dataset],
    queryFn: () => read<Schemas['LeftOutColumns']>(`/v1/datasets/${path(dataset)}/left-out-columns`),
  })
  const columns = leftOut.data?.columns ?? []
  if (leftOut.error) return <FailedAnswer of={leftOut} what="The columns that are not kept" />
  if (columns.length === 0) return null
  const names = columns.map(({ name }) => name)
  return (
    <Panel
      title={`${count(columns.length, 'column')} of the newest ${count(leftOut.data?.files_read ?? 0, 'file')} ${columns.length === 1 ? 'is' : 'are'} not in the dataset`}
      name="Columns that are not in the dataset"
    >
      <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {columns.map(({ name, files }) => (
          <li key={name}>
            <Text size="sm" component="div" className="any-text">
              <b>{name}</b>
              <Files label=", left out of " files={files.filter((file) => !file.is_kept_as_text)} />
              <Files
                label=", kept as text in new_columns from "
                files={files.filter((file) => file.is_kept_as_text)}
              />
            </Text>
          </li>
        ))}
      </ul>
      <Text size="sm" className="muted any-text">
        {draft?.may_change
          ? 'Add to the dataset, above such a column of the next file, makes a column of it.'
          : whoAdds(names, dataset, draft?.by ?? '')}
      </Text>
    </Panel>
  )
}

const MAX_FILES = 3

function Files({ label, files }: { label: string; files: FileWithColumn[] }) {
  if (files.length === 0) return null
  const more = files.length - MAX_FILES
  return (
    <>
      {label}
      {files.slice(0, MAX_FILES).map(({ file_id: id, key }, place) => (
        <span key={id}>
          {place > 0 ? ', ' : ''}
          <Anchor inherit href={`#/files/${path(id)}`}>
            {key.slice(key.lastIndexOf('/') + 1)}
          </Anchor>
        </span>
      ))}
      {more > 0 ? ` and ${count(more, 'more file')}` : ''}
    </>
  )
}
