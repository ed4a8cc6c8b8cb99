import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { Failed, Waiting } from '../../components/states'
import { TextList } from '../../components/text-list'
import { dayAndTime } from '../../formats/moments'
import { heading } from '../../formats/words'
import { useRemoval, useRemoving } from './queries'
import { effectWords, leftWords, stateWords } from './removal-words'

type Removing = ReturnType<typeof useRemoving>

/** The button that removes a dataset, for its creator and operators; its dialog lists the effects first. */
export function RemoveDataset({ dataset }: { dataset: string }) {
  const removal = useRemoval(dataset)
  const remove = useRemoving(dataset, 'POST')
  const [opened, { open, close }] = useDisclosure(false)
  const [isCurrent, setCurrent] = useState(false)
  if (!removal.data?.may_describe) return null
  // Files may have arrived since the page was opened.
  function show(): void {
    setCurrent(false)
    open()
    void removal.refetch().then(() => setCurrent(true))
  }
  const mayClose = !remove.isPending
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={show}>
        Remove this dataset
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        closeOnEscape={mayClose}
        closeOnClickOutside={mayClose}
        withCloseButton={mayClose}
        title={`Remove ${heading(dataset)}?`}
        size="lg"
      >
        {!isCurrent ? (
          <Waiting what="the effects of the removal" />
        ) : removal.error && mayClose ? (
          <Failed error={removal.error} what="the effects of the removal" onRetry={show} />
        ) : removal.data.may_remove || !mayClose ? (
          <RemovalForm dataset={dataset} effects={removal.data} remove={remove} onDone={close} />
        ) : (
          <Text size="sm">{removal.data.reason}</Text>
        )}
      </Modal>
    </>
  )
}

interface FormProps {
  dataset: string
  effects: Schemas['DatasetRemoval']
  remove: Removing
  onDone: () => void
}

function RemovalForm({ dataset, effects, remove, onDone }: FormProps) {
  const [name, setName] = useState('')
  return (
    <Stack>
      <TextList lines={effectWords(effects)} label="What goes" />
      <Text size="sm">
        The files as they were sent, and the record of who did what, are kept. The removal can be taken back
        for as long as the lake keeps the files.
      </Text>
      <TextInput
        label={
          <>
            Type <b className="sql">{dataset}</b> to remove it
          </>
        }
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      {remove.error ? <Failed error={remove.error} what="The removal" isAction /> : null}
      <Group>
        <Button
          color="red"
          disabled={name.trim() !== dataset}
          loading={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: onDone })}
        >
          Remove the dataset
        </Button>
        <Button variant="default" disabled={remove.isPending} onClick={onDone}>
          Keep it
        </Button>
        <Progress of={remove} files={effects.files} />
      </Group>
    </Stack>
  )
}

/** How many files a removal, or taking it back, is done with. */
function Progress({ of, files }: { of: Removing; files: number }) {
  return (
    <Text size="sm" className="muted" role="status">
      {of.isPending && files > 0 ? `${whole(Math.min(of.doneFiles, files))} of ${count(files, 'file')}` : ''}
    </Text>
  )
}

/** The files that did not come back with their dataset, also after its removal has ended. */
export function FilesNotBack({ restore }: { restore: Removing }) {
  const left = restore.data ? leftWords(restore.data) : ''
  return left ? (
    <Alert color="yellow" role="status" title="Not all files came back">
      {left}
    </Alert>
  ) : null
}

interface RemovedProps {
  draft: Schemas['StoredContractDraft']
  /** Takes the removal back. */
  restore: Removing
}

/** A removed dataset: who removed it, and the way back. */
export function RemovedDataset({ draft, restore }: RemovedProps) {
  const removal = useRemoval(draft.dataset).data
  return (
    <Alert
      color="gray"
      title={draft.is_in_use ? 'Its removal is taken back in part' : 'This dataset was removed'}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {[
            `${draft.removed_by} removed it on ${dayAndTime(draft.removed_at)}.`,
            removal ? stateWords(removal, draft.is_in_use) : '',
          ].join(' ')}
        </Text>
        <Group gap="xs">
          {removal?.may_restore ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={restore.isPending}
              onClick={() => restore.mutate()}
            >
              {draft.is_in_use ? 'Take the rest back' : 'Take it back'}
            </Button>
          ) : null}
          {draft.is_in_use ? null : <RemoveTheRest dataset={draft.dataset} removal={removal} />}
          <Progress of={restore} files={removal?.removed_files ?? 0} />
        </Group>
        {restore.error ? <Failed error={restore.error} what="Taking the removal back" isAction /> : null}
      </Stack>
    </Alert>
  )
}

/** The button that continues a removal that has files left. */
function RemoveTheRest({ dataset, removal }: { dataset: string; removal?: Schemas['DatasetRemoval'] }) {
  const remove = useRemoving(dataset, 'POST')
  if (!removal?.may_remove) return null
  const left = remove.data ? leftWords(remove.data) : ''
  return (
    <>
      <Button
        size="compact-sm"
        color="red"
        variant="light"
        loading={remove.isPending}
        onClick={() => remove.mutate()}
      >
        Remove the rest
      </Button>
      <Progress of={remove} files={removal.files} />
      {left && !remove.isPending ? <Text size="sm">{left}</Text> : null}
      {remove.error ? <Failed error={remove.error} what="The removal" isAction /> : null}
    </>
  )
}
