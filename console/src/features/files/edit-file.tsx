import { useMutation, useQuery } from '@tanstack/react-query'
import { Text } from '@mantine/core'

import { read, type Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Failed } from '../../components/states'
import type { Edits } from '../import/edits'
import { ImportPanel } from '../import/import-panel'
import { forgetEdits } from '../import/kept-edits'
import { Live } from '../upload/live'
import { commit, dryRun } from '../upload/transfer'
import { originalId } from './original-id'

type File = Pick<
  Schemas['FileDetail'],
  'file_id' | 'key' | 'state' | 'received' | 'accepted' | 'closed_by' | 'size_bytes' | 'error'
>

/**
 * Whether a file is edited as a whole: the gate has checked it, and no row of it is in the lake. An empty one has nothing to
 * edit, and corrected rows are edited in the file that has them.
 */
export const isEditable = ({
  state,
  received,
  accepted,
  closed_by,
  size_bytes,
  key,
}: Omit<File, 'error'>): boolean =>
  !closed_by &&
  originalId(key) === undefined &&
  size_bytes > 0 &&
  (['needs_mapping', 'profiled', 'rejected'].includes(state) ||
    (state === 'done' && received > 0 && accepted === 0))

/** The rows of a file in raw that is not in the lake, in the grid of the imports; then its new version in its stages. */
export function EditFile({ file, onCommitted }: { file: File; onCommitted: () => void }) {
  const may = useMay('uploader')
  const opened = useQuery({
    queryKey: ['edit', file.file_id],
    queryFn: async ({ signal }) => {
      const upload = await read<Schemas['Upload']>(`/v1/files/${encodeURIComponent(file.file_id)}/edit`, {
        method: 'POST',
        signal,
      })
      return { upload, check: upload.file_id ? undefined : await dryRun(upload.upload_id, signal) }
    },
    enabled: may,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })
  const enter = useMutation({
    mutationFn: async ({ uploadId, etag }: { uploadId: string; etag: string; edits: Edits }) => {
      const committed = await commit(uploadId, etag)
      await forgetEdits(uploadId)
      return committed.file_id
    },
    onSuccess: onCommitted,
  })
  if (!may)
    return (
      <Text size="sm">
        Only uploaders can edit a file that is not in the lake. Ask an operator for the group uploader.
      </Text>
    )
  return (
    <Panel title="Rows of the file">
      <Answered of={opened} what="the check of the whole file">
        {({ upload, check }) => {
          const sent = enter.data ?? upload.file_id
          if (sent || !check) return <Live fileId={sent} edits={enter.variables?.edits} />
          return (
            <>
              {enter.error ? <Failed error={enter.error} what="The commit" isAction /> : null}
              <ImportPanel
                upload={upload}
                first={check}
                wasKept={file.state === 'profiled'}
                said={file.error}
                onCommit={({ etag }, edits) => enter.mutate({ uploadId: upload.upload_id, etag, edits })}
              />
            </>
          )
        }}
      </Answered>
    </Panel>
  )
}
