import { Anchor, Badge, Button, Group, Modal, Stack, Table, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { bytes, time } from '../../api/format'
import {
  useCorrections,
  useDecideMapping,
  useFile,
  useMapping,
  useMay,
  useProfile,
  useRejectedRows,
  useRevert,
} from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Failed, StateBadge } from '../../components/states'
import { ColumnProfiles, Counts, ReadAs } from '../upload/dry-run-view'
import { MappingTable } from './mapping-table'
import { RejectedRowsEditor } from './rejected-rows'
import { Stages } from './stages'

export function FilePage() {
  const { fileId = '' } = useParams()
  const file = useFile(fileId)
  return (
    <Answered of={file} what="the file">
      {({ body }) => <Story file={body} />}
    </Answered>
  )
}

function Story({ file }: { file: Schemas['FileDetail'] }) {
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <Title order={1} size="h3" style={{ overflowWrap: 'anywhere' }}>
            {file.key}
          </Title>
          <Group gap="xs">
            <StateBadge state={file.state} />
            <Text size="sm" className="muted">
              {file.dataset ? (
                <>
                  dataset{' '}
                  <Anchor href={`#/datasets/${encodeURIComponent(file.dataset)}`}>{file.dataset}</Anchor>
                  ,{' '}
                </>
              ) : null}
              {bytes(file.size_bytes)}, received {time(file.received_at)} UTC
            </Text>
          </Group>
        </div>
        {file.state === 'done' ? <Revert file={file} /> : null}
      </Group>
      <Panel title="Stages">
        <Stages stages={file.stages} />
      </Panel>
      {file.error ? (
        <Panel title={`Reason: ${file.error.rule}`}>
          <Text>
            {file.error.message} {file.error.remedy}
          </Text>
        </Panel>
      ) : null}
      {file.duplicate_of ? (
        <Panel title="Duplicate File Skipped">
          <Anchor href={`#/files/${encodeURIComponent(file.duplicate_of)}`}>
            The file with the same content
          </Anchor>
        </Panel>
      ) : null}
      <Panel title="Rows">
        <Stack gap="xs">
          <Counts {...file} />
          <ReadAs writtenAs={file.written_as} />
          {Object.entries(file.masked).map(([column, count]) => (
            <Badge key={column} variant="default" tt="none">
              {column}: {count} values masked
            </Badge>
          ))}
        </Stack>
      </Panel>
      {file.state === 'needs_mapping' ? <PendingMapping file={file} /> : null}
      {file.quarantined + file.duplicates > 0 ? <Rejected file={file} /> : null}
      {file.state === 'done' ? <Profile fileId={file.file_id} /> : null}
    </Stack>
  )
}

function Revert({ file }: { file: Schemas['FileDetail'] }) {
  const may = useMay('operator')
  const revert = useRevert(file.file_id)
  const [opened, { open, close }] = useDisclosure(false)
  if (!may) return null
  return (
    <>
      <Button variant="default" onClick={open}>
        Undo this upload
      </Button>
      <Modal opened={opened} onClose={close} title="Undo this upload?">
        <Stack>
          <Text size="sm">
            The {file.accepted} accepted rows leave every table at the next run. The original stays in raw and
            can be taken in again.
          </Text>
          {revert.error ? <Failed error={revert.error} what="The undo" /> : null}
          <Group>
            <Button
              color="red"
              loading={revert.isPending}
              onClick={() => revert.mutate(undefined, { onSuccess: close })}
            >
              Undo
            </Button>
            <Button variant="default" onClick={close}>
              Keep it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}

function PendingMapping({ file }: { file: Schemas['FileDetail'] }) {
  const mapping = useMapping(file.file_id, true)
  const decide = useDecideMapping(file.file_id)
  const may = useMay('uploader')
  const [chosen, setChosen] = useState<Record<string, string>>()
  return (
    <Panel title="Mapping">
      <Answered of={mapping} what="the mapping">
        {({ body, etag }) => {
          const suggested = Object.fromEntries(
            body.columns.filter((one) => one.field).map((one) => [one.column, one.field]),
          )
          return (
            <Stack gap="xs">
              <MappingTable mapping={body} chosen={chosen ?? suggested} onChange={setChosen} />
              {decide.error ? <Failed error={decide.error} what="The mapping" /> : null}
              <Group>
                <Button
                  disabled={!may}
                  loading={decide.isPending}
                  onClick={() => decide.mutate({ columns: chosen ?? suggested, etag })}
                >
                  Take the file in with this mapping
                </Button>
              </Group>
            </Stack>
          )
        }}
      </Answered>
    </Panel>
  )
}

function Rejected({ file }: { file: Schemas['FileDetail'] }) {
  const rejected = useRejectedRows(file.file_id, '', true)
  const correct = useCorrections(file.file_id)
  const may = useMay('uploader')
  const [corrections, setCorrections] = useState(new Map<number, Record<string, string | null>>())
  return (
    <Panel title="Quarantine">
      <Answered of={rejected} what="the rows in quarantine">
        {(found) => (
          <Stack gap="xs">
            <RejectedRowsEditor
              rows={found.pages.flatMap((page) => page.rows)}
              reasons={found.pages[0]?.reasons ?? []}
              corrections={corrections}
              onChange={setCorrections}
            />
            {rejected.hasNextPage ? (
              <Button
                size="compact-sm"
                variant="default"
                loading={rejected.isFetchingNextPage}
                onClick={() => void rejected.fetchNextPage()}
              >
                Show more rows
              </Button>
            ) : null}
            {correct.error ? <Failed error={correct.error} what="The corrections" /> : null}
            {correct.data ? (
              <Text size="sm">
                {correct.data.rows} corrected rows were sent:{' '}
                <Anchor href={`#/files/${encodeURIComponent(correct.data.file_id)}`}>follow them</Anchor>
              </Text>
            ) : null}
            <Group>
              <Button
                disabled={!may || corrections.size === 0}
                loading={correct.isPending}
                onClick={() =>
                  correct.mutate([...corrections].map(([source_row, values]) => ({ source_row, values })))
                }
              >
                Send {corrections.size} corrected rows
              </Button>
            </Group>
          </Stack>
        )}
      </Answered>
    </Panel>
  )
}

function Profile({ fileId }: { fileId: string }) {
  const profile = useProfile(fileId, true)
  return (
    <Panel title="Profile">
      <Answered of={profile} what="the profile">
        {(found) => (
          <Stack gap="xs">
            <ScoreParts score={found.score as Record<string, unknown>} />
            {found.drift ? <Text size="sm">Drift: {found.drift}</Text> : null}
            <ColumnProfiles columns={found.columns} />
          </Stack>
        )}
      </Answered>
    </Panel>
  )
}

function ScoreParts({ score }: { score: Record<string, unknown> }) {
  const parts = Object.entries(score).filter(([, value]) => typeof value === 'number') as [string, number][]
  if (parts.length === 0) return null
  return (
    <Table fz="sm" w="auto" withRowBorders={false}>
      <Table.Tbody>
        {parts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Td>{name.replaceAll('_', ' ')}</Table.Td>
            <Table.Td className="number">{(value * 100).toFixed(1)} %</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
