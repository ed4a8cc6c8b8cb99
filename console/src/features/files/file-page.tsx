import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { bytes, count, explained, seconds, usd, whole } from '../../api/format'
import {
  useCorrections,
  useFile,
  useMay,
  useProfile,
  useRejectedRows,
  useRowsOfRules,
} from '../../api/queries'
import { MoreButton } from '../../components/more-button'
import { Moment } from '../../components/moment'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { useUnits } from '../../formats/columns'
import { ruleWords } from '../../formats/rules'
import { capitalised, heading } from '../../formats/words'
import { formatWords } from '../import/formats'
import { Advice } from '../lake/advice'
import { ProfileView } from '../profile/profile-view'
import { AcceptanceAlert, FileBadge } from './acceptance'
import { Counts } from './counts'
import { EditFile, isEditable } from './edit-file'
import { NextStep } from './next-step'
import { ReadAs } from './read-as'
import { RejectedRowsEditor } from './rejected-rows'
import { withOthers } from './rejection-groups'
import { DUPLICATE, isDuplicate, SENT_BEFORE } from './repeat'
import { Stages } from './stages'
import { Undo } from './undo'

const FILE_ID = /^[0-9a-f]{32}$/

export function FilePage() {
  const { fileId = '' } = useParams()
  if (FILE_ID.test(fileId)) return <KnownFile fileId={fileId} />
  return (
    <>
      <PageTitle>File</PageTitle>
      <Empty>
        No file has this address. <Anchor href="#/lake">The page Lake lists the files.</Anchor>
      </Empty>
    </>
  )
}

function KnownFile({ fileId }: { fileId: string }) {
  const file = useFile(fileId)
  return (
    <>
      {file.data ? null : <PageTitle>File</PageTitle>}
      <Answered of={file} what="the file">
        {({ body }) => <Story file={body} />}
      </Answered>
    </>
  )
}

function Story({ file }: { file: Schemas['FileDetail'] }) {
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>{file.key}</PageTitle>
          <Group gap="xs">
            <FileBadge file={file} />
            <Text size="sm" className="muted">
              {file.dataset ? (
                <>
                  <Anchor href={`#/datasets/${encodeURIComponent(file.dataset)}`}>
                    {heading(file.dataset)}
                  </Anchor>
                  ,{' '}
                </>
              ) : null}
              {bytes(file.size_bytes)}, received <Moment at={file.received_at} />
              {file.uploaded_by ? ` from ${file.uploaded_by}` : ''}
              {file.undone_by ? `, undone by ${file.undone_by}` : ''}
            </Text>
          </Group>
        </div>
        <Undo file={file} />
      </Group>
      <Panel title="Stages">
        <Stages stages={file.stages} />
        <Text size="xs" className="muted" mt="xs">
          {workOf(file.work)}
        </Text>
      </Panel>
      {file.error ? (
        <Panel title={capitalised(ruleWords(file.error.rule))} name="Reason">
          <Text>
            <Advice text={explained(file.error)} />
          </Text>
        </Panel>
      ) : null}
      {file.duplicate_of ? (
        <Panel title={isDuplicate(file) ? DUPLICATE : SENT_BEFORE}>
          <Anchor href={`#/files/${encodeURIComponent(file.duplicate_of)}`}>
            The file with the same content
          </Anchor>
        </Panel>
      ) : null}
      <Panel title="Rows">
        <Stack gap="xs">
          <AcceptanceAlert of={file} wasCommitted />
          <Counts {...file} />
          <NextStep file={file} />
          <ReadAs writtenAs={file.written_as} />
          <LeftOut mapping={file.mapping} />
          <EditedBefore edits={file.edited_before} />
          <Group gap="xs">
            {Object.entries(file.masked).map(([column, count]) => (
              <Badge key={column} variant="default" tt="none">
                {heading(column)}: {count} values masked
              </Badge>
            ))}
          </Group>
        </Stack>
      </Panel>
      {isEditable(file) ? <EditFile file={file} /> : null}
      {file.quarantined + file.duplicates > 0 ? <Rejected file={file} /> : null}
      {file.state === 'done' || file.state === 'profiled' ? <Profile file={file} /> : null}
    </Stack>
  )
}

/** What the gate's work on the file took, in one line. */
const workOf = ({ seconds: took, rows_per_s, memory_mb, usd: cost }: Schemas['FileDetail']['work']): string =>
  [
    `The gate took ${seconds(took)}`,
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
  return (
    <Text size="sm">
      Left out by the mapping: {columns.join(', ')}. Their values are in the original only.
    </Text>
  )
}

/** Who changed the file on the page Upload, and how much of it. */
function EditedBefore({ edits }: { edits: Schemas['FileDetail']['edited_before'] }) {
  if (!edits) return null
  const parts = [
    edits.cells > 0 ? count(edits.cells, 'typed cell') : '',
    edits.steps > 0 ? `${count(edits.steps, 'change')} of whole columns` : '',
    ...Object.entries(edits.formats).map(([field, format]) => `${field} as ${formatWords(format)}`),
  ]
  return (
    <Text size="sm">
      Edited before the commit by {edits.by}:{' '}
      {parts.filter(Boolean).join(', ') || 'a part of the file was chosen'}.
    </Text>
  )
}

function Rejected({ file }: { file: Schemas['FileDetail'] }) {
  const rejected = useRejectedRows(file.file_id, '', true)
  const correct = useCorrections(file.file_id)
  const may = useMay('uploader')
  const [corrections, setCorrections] = useState(new Map<number, Record<string, string | null>>())
  const [asked, setAsked] = useState<string[]>([])
  const others = useRowsOfRules(file.file_id, asked)
  return (
    <Panel title="Quarantine">
      <Answered of={rejected} what="the rows in quarantine">
        {(found) => (
          <Stack gap="xs">
            <RejectedRowsEditor
              rows={withOthers(
                found.pages.flatMap((page) => page.rows),
                others,
              )}
              reasons={found.pages[0]?.reasons ?? []}
              corrections={corrections}
              mayCorrect={may}
              onChange={setCorrections}
              onAsk={(rule) => setAsked((before) => (before.includes(rule) ? before : [...before, rule]))}
            />
            <MoreButton pages={rejected}>Show more rows</MoreButton>
            {correct.error ? <Failed error={correct.error} what="The corrections" isAction /> : null}
            {correct.data ? (
              <Text size="sm">
                {count(correct.data.rows, 'corrected row')} {correct.data.rows === 1 ? 'was' : 'were'} sent:{' '}
                <Anchor href={`#/files/${encodeURIComponent(correct.data.file_id)}`}>follow them</Anchor>
              </Text>
            ) : null}
            {may ? (
              corrections.size > 0 ? (
                <Group>
                  <Button
                    loading={correct.isPending}
                    onClick={() =>
                      correct.mutate(
                        [...corrections].map(([source_row, values]) => ({ source_row, values })),
                        { onSuccess: () => setCorrections(new Map()) },
                      )
                    }
                  >
                    Send {corrections.size} corrected {corrections.size === 1 ? 'row' : 'rows'}
                  </Button>
                </Group>
              ) : null
            ) : (
              <Text size="sm">Only uploaders can correct rows. Ask an operator for the group uploader.</Text>
            )}
          </Stack>
        )}
      </Answered>
    </Panel>
  )
}

function Profile({ file }: { file: Schemas['FileDetail'] }) {
  const profile = useProfile(file.file_id, true)
  const units = useUnits(file.dataset)
  return (
    <Panel title="Profile">
      <Answered of={profile} what="the profile">
        {(answer) => <ProfileView profile={answer} units={units} />}
      </Answered>
    </Panel>
  )
}
