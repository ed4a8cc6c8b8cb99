import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, explained } from '../../api/format'
import { FINAL_STATES, useFile } from '../files/queries'
import { Failed, Waiting } from '../../components/states'
import { AcceptanceAlert, FileBadge } from '../files/acceptance'
import { sentAs } from '../files/sent-as'
import { Counts } from '../files/counts'
import { NextStep } from '../files/next-step'
import { DUPLICATE, isDuplicate } from '../files/repeat'
import { Stages } from '../files/stages'
import { Undo } from '../files/undo'
import { Advice } from '../../components/advice'
import { timeOfDay } from '../../formats/moments'
import { stateWords } from '../../formats/states'

/** A committed file in its six stages. */
export function Live({ fileId, isRemembered }: { fileId: string; isRemembered: boolean }) {
  const [paused, setPaused] = useState(false)
  const file = useFile(fileId, { expected: true, paused })
  const log = useActivity(file.data?.body.state, file.data?.body.stages)
  if (!file.data)
    return file.error ? (
      <Failed error={file.error} what="The file" onRetry={() => void file.refetch()} />
    ) : (
      <Waiting what="the file's record" />
    )
  const found = file.data.body
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="sm">
          <FileBadge file={found} waits={found.quarantined > 0} />
          <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>{found.key}</Anchor>
        </Group>
        {FINAL_STATES.has(found.state) ? (
          <Undo file={found} />
        ) : (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" onClick={() => setPaused(!paused)}>
              {paused ? 'Start updates' : 'Pause updates'}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => void file.refetch()}>
              Check now
            </Button>
          </Group>
        )}
      </Group>
      <Receipt file={found} isRemembered={isRemembered} />
      <Stages stages={found.stages} />
      <AcceptanceAlert of={found} wasCommitted />
      <Counts of={found} />
      {isDuplicate(found) ? <Text fw={600}>{DUPLICATE}</Text> : null}
      {found.error ? (
        <Text size="sm">
          <Advice text={explained(found.error)} />
        </Text>
      ) : null}
      <NextStep file={found} isSecond={found.quarantined > 0} />
      <details>
        <summary>Activity</summary>
        <ol style={{ margin: 0, paddingLeft: '1.2rem' }} aria-live="polite">
          {log.map((line) => (
            <li key={line}>
              <Text size="sm" component="span">
                {line}
              </Text>
            </li>
          ))}
        </ol>
      </details>
    </Stack>
  )
}

/** What became of the rows of a file, in one sentence. */
function Receipt({ file, isRemembered }: { file: Schemas['FileDetail']; isRemembered: boolean }) {
  if (file.state === 'reverted')
    return <Text fw={600}>The upload is undone: no table has its rows after the next run.</Text>
  if (file.state !== 'done') return null
  const wait = file.quarantined
  const parts = [
    `${count(file.accepted, 'row')} ${file.accepted === 1 ? 'is' : 'are'} in`,
    wait > 0 ? `${count(wait, 'row')} ${wait === 1 ? 'waits' : 'wait'} for a person` : '',
    file.duplicates > 0 ? count(file.duplicates, 'duplicate') : '',
  ]
  return (
    <div data-testid="receipt">
      <Text fw={600} size="lg">
        {parts.filter(Boolean).join(', ')}.
      </Text>
      {file.edited_before?.sent_as ? (
        <Text size="sm">
          {sentAs(file.edited_before)}The file in the lake is {file.key}.
        </Text>
      ) : null}
      {isRemembered ? (
        <Text size="sm">The mapping is remembered. The next file with this header needs no decision.</Text>
      ) : null}
      {wait > 0 ? (
        <Button component="a" size="compact-md" mt={4} href={`#/files/${encodeURIComponent(file.file_id)}`}>
          Correct the {wait === 1 ? 'row that waits' : `${wait} rows that wait`}
        </Button>
      ) : null}
    </div>
  )
}

interface Stage {
  name: string
  at: string
  state: string
}

function useActivity(state: string | undefined, stages: Stage[] | undefined): string[] {
  if (!stages) return []
  const lines = stages
    .filter((stage) => stage.at)
    .map((stage) => `${timeOfDay(stage.at)} ${stage.name}: ${stage.state}`)
  return state ? [...lines, `now: ${stateWords(state)}`] : lines
}
