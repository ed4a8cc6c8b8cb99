import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { useCaller } from '../../api/queries'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Failed, isMissing, Waiting } from '../../components/states'
import { FileBadge } from '../files/acceptance'
import { OpenParts } from '../files/open-parts'
import { useFile } from '../files/queries'
import { ReplacedBy } from '../files/replaced-by'
import { Undo } from '../files/undo'
import { waitOf } from '../files/waiting-words'
import { listWords } from '../import/part-words'
import { dropUpload, isJustCommitted, lastUploads } from './last-uploads'
import { broughtWords, UndoneLine } from './receipt'
import { fileOnCard, useUploads } from './uploads-store'

/** The receipts of the files that the person committed last from this browser, without those that a card shows. */
export function LastUploads() {
  const by = useCaller().data?.name
  const [dropped, setDropped] = useState<string[]>([])
  const onCards = useUploads().map(({ id }) => fileOnCard(id))
  const ids = by === undefined ? [] : lastUploads(by)
  const listed = ids.filter((id) => !onCards.includes(id) && !dropped.includes(id))
  if (listed.length === 0) return null
  return (
    <Panel title="Your last uploads">
      <Stack gap="sm">
        {listed.map((id) => (
          <LastUpload
            key={id}
            fileId={id}
            onDrop={() => {
              dropUpload(id, by ?? '')
              setDropped([...dropped, id])
            }}
          />
        ))}
      </Stack>
    </Panel>
  )
}

/** The part of a file of several parts that was read: a list of JSON records in words, a sheet by its name; empty for other files. */
function partOf(edits: Schemas['FileEdits'] | null | undefined): string {
  if (!edits?.part || edits.parts.length < 2) return ''
  return edits.lists.includes(edits.part) ? listWords(edits.part) : edits.part
}

/** A committed file in two lines: what it brought, and what can be done about it. */
function LastUpload({ fileId, onDrop }: { fileId: string; onDrop: () => void }) {
  const [expected] = useState(() => isJustCommitted(fileId))
  const file = useFile(fileId, { fresh: true, expected })
  const found = file.data?.body
  const name = found ? found.edited_before?.sent_as || (found.key.split('/').at(-1) ?? '') : ''
  // A reload opens the next part of a file in a card of its own.
  const isOpen = useUploads().some((kept) => kept.file.name === name)
  if (!found && !file.error) return <Waiting what="the file's record" />
  const page = `#/files/${encodeURIComponent(fileId)}`
  return (
    <div className="last-upload">
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          {found ? <FileBadge file={found} waits={waitOf(found) > 0} /> : null}
          <Anchor className="any-text" href={page}>
            {found
              ? [name, partOf(found.edited_before)].filter(Boolean).join(', ')
              : 'A file without a record'}
          </Anchor>
          {found ? (
            <Text size="sm" className="muted">
              <Moment at={found.received_at} />
            </Text>
          ) : null}
        </Group>
        <Group gap="xs">
          {found ? <Undo file={found} /> : null}
          <Button
            size="compact-sm"
            variant="subtle"
            title="Hides this line. The file stays in the lake, and the page Lake lists it."
            onClick={onDrop}
          >
            Hide
          </Button>
        </Group>
      </Group>
      {found ? (
        <>
          {found.state === 'reverted' ? (
            <UndoneLine file={found} isPlain />
          ) : (
            <Text size="sm">{broughtWords(found)}</Text>
          )}
          <ReplacedBy file={found} />
          <OpenParts file={found} goOn={isOpen ? '' : 'Choose the file above: it opens there.'} />
        </>
      ) : isMissing(file.error) ? (
        <Text size="sm">The lake has no record of it.</Text>
      ) : (
        <Failed error={file.error} what="The file" onRetry={() => void file.refetch()} />
      )}
    </div>
  )
}
