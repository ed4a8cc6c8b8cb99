import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

import { explained, time } from '../../api/format'
import { FINAL_STATES, useCorrections, useDecideMapping, useFile, useMapping } from '../../api/queries'
import { Failed, StateBadge, Waiting } from '../../components/states'
import { NextStep } from '../files/next-step'
import { DUPLICATE, isDuplicate } from '../files/repeat'
import { Stages } from '../files/stages'
import { type Decisions, EMPTY_DECISIONS } from './decisions'
import { Counts } from './dry-run-view'

/** A committed file in its six stages. Carries out the decisions as soon as the gate can take them. */
export function Live({ fileId, decisions }: { fileId: string; decisions: Decisions }) {
  const [paused, setPaused] = useState(false)
  const file = useFile(fileId, { expected: true, paused })
  const log = useActivity(file.data?.body.state, file.data?.body.stages)
  const state = file.data?.body.state
  const { decide, correct } = useDecisions(fileId, state, decisions)
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
          <StateBadge state={found.state} />
          <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>{found.key}</Anchor>
        </Group>
        {FINAL_STATES.has(found.state) ? null : (
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
      <Stages stages={found.stages} />
      <Counts {...found} />
      {isDuplicate(found) ? <Text fw={600}>{DUPLICATE}</Text> : null}
      {found.error ? <Text size="sm">{explained(found.error)}</Text> : null}
      <NextStep file={found} />
      <details open>
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
      {decide.error ? <Failed error={decide.error} what="The mapping" isAction /> : null}
      {decide.data ? (
        <Followed title="The mapping is remembered. The file again, with it:" fileId={decide.data.file_id} />
      ) : null}
      {correct.error ? <Failed error={correct.error} what="The correction" isAction /> : null}
      {correct.data ? (
        <Followed title={`${correct.data.rows} corrected rows were sent:`} fileId={correct.data.file_id} />
      ) : null}
    </Stack>
  )
}

/** The file that follows from a decision. */
function Followed({ title, fileId }: { title: string; fileId: string }) {
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {title}
      </Text>
      <Live fileId={fileId} decisions={EMPTY_DECISIONS} />
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

/** Sends the mapping when the file is pending for one, and the corrected rows when its rows are judged. Each once. */
function useDecisions(fileId: string, state: string | undefined, decisions: Decisions) {
  const decide = useDecideMapping(fileId)
  const correct = useCorrections(fileId)
  const sent = useRef({ mapping: false, corrections: false })
  const mapped = Object.keys(decisions.mapping).length > 0
  const mapping = useMapping(fileId, state === 'needs_mapping' && mapped)
  const etag = mapping.data?.etag
  useEffect(() => {
    if (state === 'needs_mapping' && mapped && etag && !sent.current.mapping) {
      sent.current.mapping = true
      decide.mutate({ columns: decisions.mapping, etag })
    }
    if (state === 'done' && decisions.corrections.size > 0 && !sent.current.corrections) {
      sent.current.corrections = true
      correct.mutate([...decisions.corrections].map(([source_row, values]) => ({ source_row, values })))
    }
  }, [state, mapped, etag, decisions, decide, correct])
  return { decide, correct }
}
