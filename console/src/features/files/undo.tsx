import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useMay } from '../../api/queries'
import { useRestore, useRevert, useRevertPreview } from './queries'
import { Moment } from '../../components/moment'
import { Failed, Waiting } from '../../components/states'
import { fateWords, hadSome, TABLES_FOLLOW } from './undo-words'
import { useEarlierFile } from './use-earlier-file'

/** The button that takes a file and its corrections out of the lake, or back in; it says first what goes. */
export function Undo({
  file,
  what = 'this upload',
}: {
  /** What is undone, in the words of the button. */
  what?: string
  file: Pick<
    Schemas['FileDetail'],
    | 'file_id'
    | 'key'
    | 'state'
    | 'in_snapshot'
    | 'replaced_rows'
    | 'unchanged_rows'
    | 'received_at'
    | 'accepted'
  >
}) {
  const preview = useRevertPreview(file.file_id, file.state)
  const mayUpload = useMay('uploader')
  // Here, and not in the dialog: its content is gone once the file is undone, and could not close it.
  const revert = useRevert(file.file_id)
  const [opened, { open, close }] = useDisclosure(false)
  const [isNewest, setNewest] = useState(false)
  const earlier = useEarlierFile(file, opened)
  // A correction may have been accepted since the page was opened; the undo takes its rows along.
  const ask = () => {
    setNewest(false)
    revert.reset() // a failure of an earlier try
    open()
    void preview.refetch().then(() => setNewest(true))
  }
  const undo = preview.data
  if (!undo)
    return preview.error ? (
      <Failed error={preview.error} what="The way back" onRetry={() => void preview.refetch()} />
    ) : null
  if (undo.may_restore) return <TakeBack fileId={file.file_id} />
  if (!undo.may_revert)
    return mayUpload && file.state === 'done' ? (
      <Text size="sm" className="muted">
        {undo.reason}
      </Text>
    ) : null
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={ask}>
        Undo {what}
      </Button>
      <Modal opened={opened} onClose={close} title={`Undo ${what}?`} size="lg">
        {isNewest ? (
          <Stack>
            {preview.error ? <Failed error={preview.error} what="The newest list of these rows" /> : null}
            <GoingFiles preview={undo} file={file} isReplacing={Boolean(earlier)} />
            {earlier && !hadSome(file) ? <EarlierFile earlier={earlier} /> : null}
            <Confirm revert={revert} onDone={close} />
          </Stack>
        ) : (
          <Waiting what="the rows that go" />
        )}
      </Modal>
    </>
  )
}

/** The refused rows and the duplicates of a file, as its page counts them. */
function refusedWords({ quarantined, duplicates, same_key: sameKey = 0 }: Schemas['RevertedFile']): string {
  const refused = quarantined - duplicates
  const equal = duplicates - sameKey
  return [
    refused > 0 ? `, ${count(refused, 'refused row')}` : '',
    equal > 0 ? `, ${count(equal, 'duplicate')}` : '',
    sameKey > 0 ? `, ${count(sameKey, 'row')} with the key of another row` : '',
  ].join('')
}

/** The rows of the lake that the file replaced, which return. */
function comesBack({ in_snapshot: inTables, replaced_rows: rows }: Parameters<typeof GoingFiles>[0]['file']) {
  if (rows === 0 || inTables === '') return ''
  return rows
    ? ` The ${count(rows, 'row')} of the lake that they replaced ${rows === 1 ? 'comes' : 'come'} back.`
    : ' Rows of the lake that they replaced come back.'
}

/** The file of this name before, which an undo leaves in the lake. */
function EarlierFile({ earlier }: { earlier: Schemas['FileSummary'] }) {
  return (
    <Text size="sm">
      The file of this name of <Moment at={earlier.received_at} /> stays with its{' '}
      {count(earlier.accepted, 'accepted row')}: a row that both files have goes back to its values there.
    </Text>
  )
}

/** The verb of the rows that go; those that another file has, too, stay with it. */
function leaveWords(rows: number, isReplacing: boolean): string {
  if (!isReplacing) return rows === 1 ? 'leaves' : 'leave'
  return rows === 1
    ? 'no longer counts: unless another file has it, it leaves'
    : 'no longer count: those that no other file has leave'
}

/** What becomes of the rows of a file that the lake had in part before, and of its corrected rows. */
function comparedWords(
  file: Pick<Schemas['FileDetail'], 'in_snapshot' | 'replaced_rows' | 'unchanged_rows' | 'accepted'>,
  accepted: number,
): string {
  const corrected = accepted - file.accepted
  const isAll = file.unchanged_rows === file.accepted
  return [
    `${isAll ? 'The' : 'Of the'} ${count(file.accepted, 'accepted row')} of this file ${fateWords(file.accepted, file)}.`,
    corrected > 0
      ? `${count(corrected, 'corrected row')} of it ${corrected === 1 ? 'leaves' : 'leave'}, too.`
      : '',
    file.in_snapshot === '' ? '' : TABLES_FOLLOW,
  ]
    .filter(Boolean)
    .join(' ')
}

/** What an undo takes along: the file and its corrections, with their rows. */
function GoingFiles({
  preview,
  file,
  isReplacing,
}: {
  preview: Schemas['RevertPreview']
  /** Whether an earlier file of this name may have some of its rows, so that these stay. */
  isReplacing: boolean
  file: Pick<Schemas['FileDetail'], 'in_snapshot' | 'replaced_rows' | 'unchanged_rows' | 'accepted'>
}) {
  const corrections = preview.files.filter((file) => file.is_correction).length
  const also =
    corrections > 0 ? ` and of its ${corrections === 1 ? 'correction' : `${corrections} corrections`}` : ''
  return (
    <>
      <Text size="sm">
        {hadSome(file) ? (
          comparedWords(file, preview.accepted)
        ) : (
          <>
            {count(preview.accepted, 'accepted row')} of this file{also}{' '}
            {leaveWords(preview.accepted, isReplacing)}{' '}
            {file.in_snapshot !== '' ? 'every table at the next run' : 'the lake; no table has them yet'}.
            {comesBack(file)}
          </>
        )}{' '}
        You can take the undo back for as long as the lake keeps what was sent.
      </Text>
      <ul aria-label="What goes" style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {preview.files.map((file) => (
          <li key={file.file_id}>
            <Text size="sm" component="span">
              {file.is_correction ? 'Correction of its rows' : `File ${file.key}`}:{' '}
              {count(file.accepted, 'accepted row')}
              {refusedWords(file)}
            </Text>
          </li>
        ))}
      </ul>
    </>
  )
}

function Confirm({ revert, onDone }: { revert: ReturnType<typeof useRevert>; onDone: () => void }) {
  return (
    <>
      {revert.error ? <Failed error={revert.error} what="The undo" isAction /> : null}
      <Group>
        <Button
          color="red"
          loading={revert.isPending}
          onClick={() => revert.mutate(undefined, { onSuccess: onDone })}
        >
          Undo
        </Button>
        <Button variant="default" onClick={onDone}>
          Keep it
        </Button>
      </Group>
    </>
  )
}

function TakeBack({ fileId }: { fileId: string }) {
  const restore = useRestore(fileId)
  return (
    <Stack gap={4}>
      <Button
        variant="default"
        size="compact-sm"
        loading={restore.isPending}
        onClick={() => restore.mutate()}
      >
        Take the undo back
      </Button>
      {restore.error ? <Failed error={restore.error} what="Taking the undo back" isAction /> : null}
    </Stack>
  )
}
