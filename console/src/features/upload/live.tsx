import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { explained } from '../../api/format'
import { FINAL_STATES, useFile } from '../files/queries'
import { Failed, Waiting } from '../../components/states'
import { AcceptanceAlert, FileBadge } from '../files/acceptance'
import { BeforeUndo } from '../files/before-undo'
import { Counts } from '../files/counts'
import { KeptFile } from '../files/kept-file'
import { NextStep } from '../files/next-step'
import { DUPLICATE, isDuplicate } from '../files/repeat'
import { STAGE_NAMES, Stages } from '../files/stages'
import { Undo } from '../files/undo'
import { waitOf } from '../files/waiting-words'
import { WarnedRows } from '../files/warned-rows'
import type { Edits } from '../import/edits'
import { Receipt } from './receipt'
import { Advice } from '../../components/advice'
import { timeOfDay } from '../../formats/moments'
import { stateWords } from '../../formats/states'

interface LiveProps {
  fileId: string
  edits?: Edits | undefined
  /** The lists of records in the file that was sent: each is a part of its own, and no column that was left out. */
  lists?: string[] | undefined
  /** What a person was warned of before the commit. */
  doubts?: string[] | undefined
  /** The dataset that was created from the file; absent or empty for none. */
  created?: string | undefined
  /** Leads to the parts of the file that are left, which come before a run. */
  children?: ReactNode
}

/** A committed file in its six stages. */
export function Live({ fileId, edits, lists, doubts, created, children }: LiveProps) {
  const [paused, setPaused] = useState(false)
  const file = useFile(fileId, { expected: true, paused })
  useReadReplacedAgain(FINAL_STATES.has(file.data?.body.state ?? '') ? file.data?.body : undefined)
  const log = useActivity(file.data?.body.state, file.data?.body.stages)
  if (!file.data)
    return (
      <>
        {file.error ? (
          <Failed error={file.error} what="The file" onRetry={() => void file.refetch()} />
        ) : (
          <Waiting what="the file's record" />
        )}
        {children}
      </>
    )
  const found = file.data.body
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="sm">
          <FileBadge file={found} waits={waitOf(found) > 0} />
          <Anchor href={`#/files/${encodeURIComponent(fileId)}`}>{found.key}</Anchor>
        </Group>
        {found.state === 'reverted' ? null : FINAL_STATES.has(found.state) ? (
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
      <Receipt file={found} edits={edits} lists={lists} doubts={doubts} created={created} />
      {children}
      {found.state === 'reverted' ? (
        <BeforeUndo file={found} isSaidAbove />
      ) : (
        <>
          <Stages stages={found.stages} />
          <AcceptanceAlert of={found} wasCommitted page={`#/files/${encodeURIComponent(fileId)}`} />
          {found.state === 'profiled' ? <KeptFile file={found} /> : <Counts of={found} />}
          <WarnedRows warned={found.warned} dataset={found.dataset} />
        </>
      )}
      {isDuplicate(found) ? <Text fw={600}>{DUPLICATE}</Text> : null}
      {found.error && found.state !== 'reverted' ? (
        <Text size="sm">
          <Advice text={explained(found.error)} />
        </Text>
      ) : null}
      {found.state === 'reverted' && !found.in_snapshot ? null : (
        <NextStep file={found} isSecond={found.quarantined > 0 || found.open_parts.length > 0} />
      )}
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

/** Read the records of other files of this key again when it has come in: it may replace one of them. */
function useReadReplacedAgain(final: Schemas['FileDetail'] | undefined): void {
  const queries = useQueryClient()
  const [fileId, key] = [final?.file_id, final?.key]
  useEffect(() => {
    if (fileId === undefined) return
    void queries.invalidateQueries({
      queryKey: ['file'],
      predicate: ({ queryKey, state }) =>
        queryKey[1] !== fileId &&
        (state.data as { body?: Schemas['FileDetail'] } | undefined)?.body?.key === key,
    })
  }, [queries, fileId, key])
}

function useActivity(state: string | undefined, stages: Schemas['FileStage'][] | undefined): string[] {
  if (!stages) return []
  const lines = stages
    .filter((stage) => stage.at)
    .map((stage) => `${timeOfDay(stage.at)} ${STAGE_NAMES[stage.name]}: ${stage.state}`)
  return state ? [...lines, `now: ${stateWords(state)}`] : lines
}
