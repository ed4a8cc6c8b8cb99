import { Alert, Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { Moment } from '../../components/moment'
import { FINAL_STATES, useFile } from './queries'
import { Waiting } from '../../components/states'

export const DUPLICATE = 'Duplicate file skipped'
export const SENT_BEFORE = 'The same file was sent before'

/** Whether the lake has the file's rows already. A copy of a file without rows is none: its error says so. */
export const isDuplicate = (file: Pick<Schemas['FileSummary'], 'state' | 'error'>): boolean =>
  file.state === 'skipped_duplicate' && file.error?.rule !== 'no_rows'

/** Whether a file has a header alone; one that is checked again, or was undone, has no counts. */
export const hasNoRows = (file: Pick<Schemas['FileDetail'], 'received' | 'state'> | undefined): boolean =>
  file?.received === 0 && FINAL_STATES.has(file.state) && file.state !== 'reverted'

/** An upload that did not begin, because the lake has accepted the same content before. */
export function Repeat({ fileId }: { fileId: string }) {
  const before = useFile(fileId)
  const link = <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>open it</Anchor>
  const sheets = (before.data?.body.written_as.sheets ?? '').split(', ')
  if (before.isPending) return <Waiting what="the file with the same content" />
  return hasNoRows(before.data?.body) ? (
    <Alert color="gray" title={SENT_BEFORE}>
      It has a header and no rows. Send a file with rows below the header, or {link}.
    </Alert>
  ) : (
    <Alert color="gray" title={DUPLICATE}>
      The same content is in the lake since <Moment at={before.data?.body.finished_at} /> as{' '}
      {before.data?.body.key}
      {sheets.length > 1 ? `, with its sheets ${sheets.join(', ')}` : ''}: {link}. Sending it again accepts
      nothing new.
    </Alert>
  )
}
