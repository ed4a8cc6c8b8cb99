import { Button, Text } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import { read } from '../../api/client'
import { bytes } from '../../api/format'
import { useOffline, useReturn } from '../../api/reach'
import { Panel } from '../../components/panel'
import { Failed, Waiting } from '../../components/states'
import { Repeat } from '../files/repeat'
import type { Edits } from '../import/edits'
import { isUnreadable } from '../import/file-words'
import { futureLines } from '../import/column-doubts'
import { ImportPanel } from '../import/import-panel'
import { forgetEdits } from '../import/kept-edits'
import { AllPartsInLake } from '../import/parts-in-lake'
import { CancelUpload } from './cancel-upload'
import { Live } from './live'
import { forget, keep, type Kept } from './kept-files'
import { Moving } from './moving'
import { atOpenPart, committedParts, isAllIn, keptForPart, NextPart } from './next-part'
import { noteCommit } from './note-commit'
import { addUploads, endUpload, notedParts, noteParts, resumeUpload, useUploads } from './uploads-store'
import { abort, type Checked, commit, dryRun, type Progress, RefusedFileError, send } from './transfer'

type Step =
  | { name: 'moving'; progress: Progress }
  | { name: 'checking'; upload: Schemas['Upload'] }
  | { name: 'checked' | 'all_in'; upload: Schemas['Upload']; check: Checked }
  | {
      name: 'committed'
      upload: Schemas['Upload']
      edits?: Edits
      check?: Schemas['DryRun']
      created?: string
    }
  | { name: 'duplicate'; upload: Schemas['Upload'] }
  | { name: 'failed'; error: unknown }

/** Whether nothing of a file is left to decide, so that its card is closed and nothing is cancelled. */
const isOver = (step: Step): boolean =>
  step.name === 'committed' ||
  step.name === 'duplicate' ||
  step.name === 'all_in' ||
  (step.name === 'failed' && step.error instanceof RefusedFileError) ||
  (step.name === 'checked' && isUnreadable(step.check.result) && step.check.result.parts.length === 0)

/** Whether an upload is a later one of the same file, which goes on with its other parts. */
const isAgain = (other: Kept, { id, file, addedAt }: Kept): boolean =>
  other.id !== id &&
  other.addedAt >= addedAt &&
  other.file.name === file.name &&
  other.file.size === file.size

/** One file on its way: hash, send, check, decide, commit, and then its six stages. */
export function UploadCard({ kept, onRemove }: { kept: Kept; onRemove: () => void }) {
  const [step, setStep] = useState<Step>({ name: 'moving', progress: { step: 'hashing', share: 0 } })
  const [hasWork, setHasWork] = useState(false)
  const isSentAgain = useUploads().some((other) => isAgain(other, kept))
  const noteWork = useCallback(() => setHasWork(true), [])
  const tried = useRef<{ edits: Edits; check: Schemas['DryRun']; created: string }>(undefined)
  const control = useRef<AbortController>(undefined)

  const start = useCallback(async () => {
    const own = new AbortController()
    control.current = own
    try {
      await keep(kept).catch(() => undefined) // a full or private store: the upload works, a reload does not go on
      const upload = await send(kept, own.signal, (progress) => setStep({ name: 'moving', progress }))
      if (upload.state === 'duplicate') {
        await forget(kept.id)
        endUpload(kept.id)
        setStep({ name: 'duplicate', upload })
        return
      }
      if (upload.state === 'committed') {
        // The answer to the commit was lost.
        setStep({ name: 'committed', upload, ...tried.current })
        await noteCommit(kept, upload, tried.current?.check)
        return
      }
      setStep({ name: 'checking', upload })
      const first = await dryRun(upload.upload_id, own.signal)
      const check = await atOpenPart(upload.upload_id, first, kept, own.signal)
      const next: Step = { name: !kept.part && isAllIn(check.result) ? 'all_in' : 'checked', upload, check }
      if (isOver(next)) {
        await forget(kept.id)
        endUpload(kept.id)
      }
      setStep(next)
    } catch (error) {
      if (own.signal.aborted) return
      setStep({ name: 'failed', error })
      if (error instanceof RefusedFileError) {
        await forget(kept.id)
        return
      }
      // The store of parts may fail alone; only where the API is silent too the upload continues by itself.
      await read('/v1/me').catch(() => undefined)
    }
  }, [kept])
  const mayContinue = step.name === 'failed' && !(step.error instanceof RefusedFileError)
  const waits = useOffline() !== undefined && mayContinue
  useReturn(() => {
    if (mayContinue) void start()
  })

  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- it sets state only after awaiting the browser's store
    void start()
    return () => control.current?.abort()
  }, [start])

  function pause(): void {
    control.current?.abort()
    setStep((before) =>
      before.name === 'moving'
        ? { name: 'moving', progress: { ...before.progress, step: 'paused' } }
        : before,
    )
  }

  async function openAgain(upload: Schemas['Upload'], check: Checked): Promise<void> {
    setStep({ name: 'checked', upload, check })
    resumeUpload(kept.id)
    await keep(kept).catch(() => undefined)
  }

  async function enter(
    upload: Schemas['Upload'],
    check: Checked,
    edits: Edits,
    created: string,
  ): Promise<void> {
    try {
      tried.current = { edits, check: check.result, created }
      const done = await commit(upload.upload_id, check.etag)
      noteParts(kept, check.result.parts_read)
      setStep({ name: 'committed', upload: done, ...tried.current })
      await noteCommit(kept, done, check.result)
    } catch (error) {
      setStep({ name: 'failed', error })
    }
  }

  const committed = [
    ...committedParts(kept, step.name === 'committed' ? step.check : undefined),
    ...notedParts(kept),
  ]

  /** Begin the upload of another part of the file. */
  function openPart(part: string, check: Schemas['DryRun'] | undefined, opensDraft = false): void {
    endUpload(kept.id)
    void forget(kept.id)
    addUploads([keptForPart(kept, part, committed, check?.part_datasets[part], opensDraft)])
  }

  async function remove(): Promise<void> {
    control.current?.abort()
    await forget(kept.id)
    if ('upload' in step && ['checking', 'checked', 'all_in'].includes(step.name))
      await Promise.all([
        forgetEdits(step.upload.upload_id),
        abort(step.upload.upload_id).catch(() => undefined),
      ])
    onRemove()
  }

  return (
    <Panel
      title={`${kept.file.name} (${bytes(kept.file.size)})`}
      actions={
        isOver(step) ? (
          <Button size="compact-sm" variant="default" onClick={() => void remove()}>
            Close
          </Button>
        ) : (
          <CancelUpload hasWork={hasWork && step.name === 'checked'} onCancel={() => void remove()} />
        )
      }
    >
      {step.name === 'moving' ? (
        <Moving progress={step.progress} onPause={pause} onGoOn={() => void start()} />
      ) : null}
      {step.name === 'checking' ? (
        <>
          <Text size="sm">
            The gate reads the whole file: its form, its columns, and which rows would be accepted.
          </Text>
          <Waiting what="the check of the whole file" />
        </>
      ) : null}
      {step.name === 'checked' ? (
        <ImportPanel
          upload={step.upload}
          first={step.check}
          onCommit={(check, edits, created) => void enter(step.upload, check, edits, created)}
          onWork={noteWork}
          opensDraft={kept.opensDraft ?? false}
        />
      ) : null}
      {step.name === 'committed' ? (
        <Live
          fileId={step.upload.file_id}
          edits={step.edits}
          created={step.created}
          lists={Object.keys(step.check?.part_rows ?? {})}
          doubts={step.check && step.edits ? futureLines(step.check, step.edits) : []}
        >
          {step.check && !isSentAgain ? (
            <NextPart
              file={step.check}
              committed={committed}
              onNext={(part, opensDraft) => openPart(part, step.check, opensDraft)}
            />
          ) : null}
        </Live>
      ) : null}
      {step.name === 'duplicate' ? <Repeat fileId={step.upload.duplicate_of} /> : null}
      {step.name === 'all_in' ? (
        <AllPartsInLake
          of={step.check.result}
          onOpen={() => void openAgain(step.upload, step.check)}
          onOpenPart={(part) => {
            openPart(part, step.check.result)
            void remove()
          }}
        />
      ) : null}
      {waits ? (
        <Text size="sm" role="status">
          The network is away. The upload continues by itself when it is back; nothing is lost.
        </Text>
      ) : null}
      {step.name === 'failed' && !waits ? (
        <Failed
          error={step.error}
          what="The upload"
          isAction
          {...(step.error instanceof RefusedFileError ? {} : { onRetry: () => void start() })}
        />
      ) : null}
    </Panel>
  )
}
