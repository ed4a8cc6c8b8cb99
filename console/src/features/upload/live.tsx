import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, explained, time } from '../../api/format'
import { FINAL_STATES, useCorrections, useFile } from '../../api/queries'
import { Failed, Waiting } from '../../components/states'
import { AcceptanceAlert, FileBadge } from '../files/acceptance'
import { NextStep } from '../files/next-step'
import { DUPLICATE, isDuplicate } from '../files/repeat'
import { Stages } from '../files/stages'
import { Undo } from '../files/undo'
import { Advice } from '../lake/advice'
import { type Decisions, EMPTY_DECISIONS } from './decisions'
import { Counts } from './dry-run-view'

/** A committed file in its six stages. Sends the corrections as soon as the gate can take them. */
export function Live({
  fileId,
  decisions,
  isCorrection = false,
}: {
  fileId: string
  decisions: Decisions
  isCorrection?: boolean
}) {
  const [paused, setPaused] = useState(false)
  const file = useFile(fileId, { expected: true, paused })
  const log = useActivity(file.data?.body.state, file.data?.body.stages)
  const state = file.data?.body.state
  const correct = useDecisions(fileId, state, decisions)
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
          <FileBadge file={found} />
          <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>{found.key}</Anchor>
        </Group>
        {FINAL_STATES.has(found.state) ? (
          isCorrection ? null : (
            <Undo file={found} />
          )
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
      <Receipt file={found} isRemembered={Object.keys(decisions.mapping).length > 0} />
      <Stages stages={found.stages} />
      <AcceptanceAlert of={found} wasCommitted />
      <Counts {...found} />
      {isDuplicate(found) ? <Text fw={600}>{DUPLICATE}</Text> : null}
      {found.error ? (
        <Text size="sm">
          <Advice text={explained(found.error)} />
        </Text>
      ) : null}
      <NextStep file={found} />
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
      {correct.error ? <Failed error={correct.error} what="The correction" isAction /> : null}
      {correct.data ? (
        <Followed
          title={`${count(correct.data.rows, 'corrected row')} ${correct.data.rows === 1 ? 'was' : 'were'} sent:`}
          fileId={correct.data.file_id}
        />
      ) : null}
    </Stack>
  )
}

/** What became of the rows of a file, in one sentence. */
function Receipt({ file, isRemembered }: { file: Schemas['FileDetail']; isRemembered: boolean }) {
  if (file.state === 'reverted')
    return <Text fw={600}>The upload is undone: none of its rows is in the lake.</Text>
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
      {isRemembered ? (
        <Text size="sm">The mapping is remembered. The next file with this header needs no decision.</Text>
      ) : null}
      {wait > 0 ? (
        <Anchor size="sm" href={`#/files/${encodeURIComponent(file.file_id)}`}>
          Correct the {wait === 1 ? 'row that waits' : `${wait} rows that wait`}
        </Anchor>
      ) : null}
    </div>
  )
}

/** The file that follows from a decision. */
function Followed({ title, fileId }: { title: string; fileId: string }) {
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {title}
      </Text>
      <Live fileId={fileId} decisions={EMPTY_DECISIONS} isCorrection />
    </Stack>
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
    .map((stage) => `${time(stage.at)} ${stage.name}: ${stage.state}`)
  return state ? [...lines, `now: ${state.replaceAll('_', ' ')}`] : lines
}

/** Sends the corrected rows when the file's rows are judged, once. */
function useDecisions(fileId: string, state: string | undefined, { corrections }: Decisions) {
  const correct = useCorrections(fileId)
  const sent = useRef(false)
  useEffect(() => {
    if (state === 'done' && corrections.size > 0 && !sent.current) {
      sent.current = true
      correct.mutate([...corrections].map(([source_row, values]) => ({ source_row, values })))
    }
  }, [state, corrections, correct])
  return correct
}
