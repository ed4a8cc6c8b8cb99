import { Alert, Anchor } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { StateBadge } from '../../components/states'
import { acceptanceTitle, fileState, isReplaced, REPLACED } from './acceptance-words'
import { isBegun } from './waiting-words'

/** A file's state; one that lost more rows than the lake permits, or has rows that wait, is not shown as done and good. */
export function FileBadge({
  file,
  waits = false,
}: {
  file: Pick<Schemas['FileSummary'], 'state' | 'acceptance' | 'closed_by' | 'quarantined'> &
    Partial<Pick<Schemas['FileSummary'], 'corrected' | 'ignored'>>
  waits?: boolean
}) {
  if (isReplaced(file)) return <StateBadge state="done" label={REPLACED} />
  const state = fileState(file)
  return <StateBadge state={waits && state === 'done' ? 'rows_wait' : state} />
}

const TEXT = { color: 'var(--mantine-color-text)' }

type Counted = Pick<Schemas['DryRun'], 'acceptance' | 'received' | 'accepted' | 'quarantined'> &
  Partial<Pick<Schemas['FileDetail'], 'closed_by' | 'corrected' | 'ignored'>>

/** Says that the gate refuses too many rows of a file; nothing where it does not, or where a later version replaces it. */
export function AcceptanceAlert({
  of,
  wasCommitted,
  page,
}: {
  of: Counted
  wasCommitted: boolean
  /** The page with the reasons and the rows, where they are not below. */
  page?: string | undefined
}) {
  const title = acceptanceTitle(of)
  if (!title || of.closed_by) return null
  const isLeft = isBegun(of)
  const isNothing = of.acceptance === 'nothing_accepted' && !isLeft
  return (
    // The yellow of a title has a contrast below 4.5.
    <Alert
      color={isNothing ? 'red' : 'yellow'}
      title={title}
      role="alert"
      styles={isNothing ? undefined : { title: TEXT, label: TEXT }}
    >
      {page ? (
        <>
          <Anchor inherit href={page}>
            The page of the file
          </Anchor>{' '}
          has the reasons and the rows. Correct them there, or undo the upload and send a corrected file.
        </>
      ) : isLeft ? (
        'The rows that wait are below, with their reasons.'
      ) : wasCommitted ? (
        'The reasons are below. Correct the rows here, or undo the upload and send a corrected file.'
      ) : (
        'The reasons are below. Check whether each column has the right field, and correct the rows or the file.'
      )}
    </Alert>
  )
}
