import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'

import { withWayBack } from '../../api/commands'
import type { Schemas } from '../../api/client'
import { bytes, count, explained, seconds, usd, whole } from '../../api/format'
import { FINAL_STATES, useFile } from './queries'
import { Moment } from '../../components/moment'
import { NothingPage } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, isMissing } from '../../components/states'
import { useTitles } from '../../formats/columns'
import { ruleWords } from '../../formats/rules'
import { capitalised, heading, sentence } from '../../formats/words'
import { Advice } from '../../components/advice'
import { AcceptanceAlert, FileBadge } from './acceptance'
import { BeforeUndo } from './before-undo'
import { CorrectionsPage } from './corrections-page'
import { Counts } from './counts'
import { EditedBefore } from './edited-before'
import { FileByKey } from './file-by-key'
import { DismissFile } from './dismiss-file'
import { EditFile, isEditable } from './edit-file'
import { fileTitle } from './file-list'
import { FileProfile } from './file-profile'
import { KeptColumns } from './kept-columns'
import { NextStep } from './next-step'
import { originalId } from './original-id'
import { OpenWaitingRows, useCounted, useWaiting, waitingPlace } from './open-waiting-rows'
import { ReadAs } from './read-as'
import type { Corrections } from './rejection-groups'
import { Rejected } from './rejected-panel'
import { OpenParts } from './open-parts'
import { DUPLICATE, isDuplicate, SENT_BEFORE } from './repeat'
import { ReplacedBy } from './replaced-by'
import { Stages } from './stages'
import { Undo } from './undo'
import { enteredWords, waitOf } from './waiting-words'
import { WarnedRows } from './warned-rows'

/** What a person does about a file whose check ended in a failure of the lake: its own remedy is a command. */
const AFTER_FAILURE =
  'The file is kept as it was sent, and no row of it is in the lake. Once the cause is fixed, send it again; if it fails again, send this page to whoever maintains the lake.'

const FILE_ID = /^[0-9a-f]{32}$/

export function FilePage() {
  const { fileId = '' } = useParams()
  if (FILE_ID.test(fileId)) return <KnownFile fileId={fileId} />
  if (!fileId) return <FileByKey />
  return <NothingPage what="file" name={fileId} />
}

function KnownFile({ fileId }: { fileId: string }) {
  const file = useFile(fileId)
  if (isMissing(file.error)) return <NothingPage what="file" name={fileId} />
  return (
    <>
      {file.data ? null : <PageTitle>File</PageTitle>}
      <Answered of={file} what="the file">
        {({ body }) => <OneFile file={body} />}
      </Answered>
    </>
  )
}

/** A file, or rows of another one that were corrected. */
function OneFile({ file }: { file: Schemas['FileDetail'] }) {
  const corrects = originalId(file.key)
  const isDecided = file.state === 'done' || file.state === 'reverted'
  return corrects && isDecided ? <CorrectionsPage file={file} originalId={corrects} /> : <Story file={file} />
}

export function Story({ file }: { file: Schemas['FileDetail'] }) {
  const [corrections, setCorrections] = useState<Corrections>(new Map())
  const waits = useWaiting(file) > 0
  const corrects = originalId(file.key)
  const titleOf = useTitles(file.dataset)
  const counted = useCounted(file)
  // A commit makes a later version of the file, which can no longer be edited: the receipt stays.
  const [committed, setCommitted] = useState('')
  const isCommitted = committed === file.file_id
  const isEdited = isCommitted || isEditable(file)
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>{fileTitle(file)}</PageTitle>
          {fileTitle(file) === file.key ? null : (
            <Text size="xs" className="muted any-text" title="The name in the lake">
              {file.key}
            </Text>
          )}
          <Group gap="xs">
            <FileBadge file={counted} waits={waitOf(counted) > 0} />
            <Text size="sm" className="muted">
              {file.dataset ? (
                <>
                  <Anchor href={`#/datasets/${encodeURIComponent(file.dataset)}`}>
                    {heading(file.dataset)}
                  </Anchor>
                  ,{' '}
                </>
              ) : null}
              {bytes(file.size_bytes)}
              {file.edited_before?.sent_as ? ' as stored' : ''}, received <Moment at={file.received_at} />
              {file.uploaded_by ? ` from ${file.uploaded_by}` : ''}
              {file.undone_by ? `, undone by ${file.undone_by}` : ''}
            </Text>
          </Group>
        </div>
        <Group gap="xs">
          {waits ? <OpenWaitingRows hasCorrections={corrections.size > 0} /> : null}
          <Undo file={file} />
        </Group>
      </Group>
      {file.error && file.state !== 'reverted' && !isCommitted ? (
        <Panel title={capitalised(ruleWords(file.error.rule))} name="Reason">
          <Text>
            {file.error.rule === 'needs_mapping' && isEditable(file) ? (
              'Choose below which field each column is, or leave a column out. The file is checked at once and comes in when you commit it.'
            ) : file.error.rule === 'missing_column' && isEditable(file) ? (
              `No column of the file is ${file.error.column ? titleOf(file.error.column) : 'a required field'}, which each file of the dataset needs. Choose its column below, set one value for all rows, or make it optional; then commit the file.`
            ) : file.state === 'failed' ? (
              <Advice text={explained({ ...file.error, remedy: AFTER_FAILURE })} />
            ) : (
              <Advice text={explained({ ...file.error, remedy: withWayBack(file.error.remedy) })} />
            )}
          </Text>
          {file.state === 'failed' || file.state === 'rejected' ? (
            <Button component="a" href="#/upload" size="compact-sm" variant="default" mt={4}>
              {file.state === 'failed' ? 'Send the file again' : 'Send another file'}
            </Button>
          ) : null}
          {file.state === 'needs_mapping' || file.state === 'rejected' ? <DismissFile file={file} /> : null}
        </Panel>
      ) : null}
      {corrects ? (
        <Text size="sm">
          These are corrected rows of another file, sent again.{' '}
          <Anchor href={`#/files/${encodeURIComponent(corrects)}`}>
            {file.accepted < file.received || file.received === 0
              ? 'Correct them again in that file'
              : 'Open that file'}
          </Anchor>
        </Text>
      ) : null}
      {file.duplicate_of ? (
        <Panel title={isDuplicate(file) ? DUPLICATE : SENT_BEFORE}>
          <Anchor href={`#/files/${encodeURIComponent(file.duplicate_of)}`}>
            The file with the same content
          </Anchor>
        </Panel>
      ) : null}
      {file.received === 0 && isEdited ? null : (
        <Panel title={rowWords(counted)} name="Rows">
          <Stack gap="xs">
            <ReplacedBy file={file} />
            <AcceptanceAlert of={counted} wasCommitted />
            {file.state === 'reverted' ? <BeforeUndo file={file} /> : <Counts of={counted} />}
            {file.state === 'reverted' ? null : <WarnedRows warned={file.warned} dataset={file.dataset} />}
            <NextStep file={file} isSecond={waits} />
            {file.edited_before ? null : <ReadAs writtenAs={file.written_as} />}
            <OpenParts file={file} />
            <LeftOut mapping={file.mapping} />
            <KeptColumns names={file.kept_columns} dataset={file.dataset} />
            <EditedBefore
              fileId={file.file_id}
              dataset={file.dataset}
              sender={file.uploaded_by}
              edits={file.edited_before}
            />
            <Group gap="xs">
              {Object.entries(file.masked).map(([column, values]) => (
                <Badge key={column} variant="default" tt="none">
                  {titleOf(column)}: {count(values, 'value')} masked
                </Badge>
              ))}
            </Group>
          </Stack>
        </Panel>
      )}
      {isEdited ? <EditFile file={file} onCommitted={() => setCommitted(file.file_id)} /> : null}
      {file.quarantined + file.duplicates > 0 ? (
        <div {...waitingPlace}>
          <Rejected file={file} corrections={corrections} setCorrections={setCorrections} />
        </div>
      ) : null}
      {FINAL_STATES.has(file.state) ? null : <Check file={file} />}
      {file.state === 'done' || file.state === 'profiled' ? <FileProfile file={file} /> : null}
      {FINAL_STATES.has(file.state) ? <Check file={file} /> : null}
    </Stack>
  )
}

type RowCounts = Pick<Schemas['FileDetail'], 'received' | 'accepted' | 'corrected' | 'state'> &
  Partial<Pick<Schemas['FileDetail'], 'taken_instead' | 'given_another_key'>>

/** What became of the file's rows, as an answer. */
function rowWords(file: RowCounts): string {
  const { received, accepted, corrected, state } = file
  if (state === 'reverted') return 'The upload was undone'
  if (received === 0) return 'No row was read'
  const since = [corrected > 0 ? `${whole(corrected)} more by a correction` : '', ...enteredWords(file)]
  if (since.some(Boolean))
    return [`${whole(accepted)} of ${count(received, 'row')} accepted`, ...since].filter(Boolean).join(', ')
  return accepted === received
    ? `All ${count(received, 'row')} accepted`
    : `${whole(accepted)} of ${count(received, 'row')} accepted`
}

/** How the gate checked the file: in view while it does, and folded away once it has. */
function Check({ file }: { file: Schemas['FileDetail'] }) {
  if (!FINAL_STATES.has(file.state))
    return (
      <Panel title="The gate checks the file" name="Stages">
        <Stages stages={file.stages} />
      </Panel>
    )
  return (
    <details className="panel folded" aria-label="Stages">
      <summary>How the file was checked: stages, time, memory and price</summary>
      <Text size="xs" className="muted" my="xs">
        {workOf(file.work)}
      </Text>
      <Stages stages={file.stages} />
    </details>
  )
}

/** How much the gate worked on the file, in one line. */
const workOf = ({ rows_per_s, memory_mb, seconds: took, usd: cost }: Schemas['FileDetail']['work']): string =>
  [
    seconds(took),
    rows_per_s == null ? '' : `${whole(Math.round(rows_per_s))} rows a second`,
    `${whole(memory_mb)} MB of memory`,
    usd(cost),
  ]
    .filter(Boolean)
    .join(' · ')

/** The columns that a person left out of the mapping: none of their values is in the lake. */
function LeftOut({ mapping }: { mapping: Record<string, string> }) {
  const columns = JSON.parse(mapping.left_out ?? '[]') as string[]
  if (columns.length === 0) return null
  return <Text size="sm">{leftOutWords(columns)}</Text>
}

/** What is said of columns that a person left out of the mapping. */
const leftOutWords = (columns: string[]): string =>
  `${sentence(`Left out by the mapping: ${columns.join(', ')}`)} No table has their values; only the original does, which is kept in raw.`
