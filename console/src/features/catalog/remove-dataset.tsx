import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Failed, Waiting } from '../../components/states'
import { dayAndTime } from '../../formats/moments'
import { heading } from '../../formats/words'
import { useRemoval, useRemoving } from './queries'
import { effectWords, leftWords } from './removal-words'

/** The button that removes a dataset, for who created it and for operators; it says first what goes. */
export function RemoveDataset({ dataset }: { dataset: string }) {
  const removal = useRemoval(dataset)
  const [opened, { open, close }] = useDisclosure(false)
  if (!removal.data?.may_remove) return null
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={open}>
        Remove this dataset
      </Button>
      <Modal opened={opened} onClose={close} title={`Remove ${heading(dataset)}?`} size="lg">
        {removal.isFetching && !removal.data ? (
          <Waiting what="what goes" />
        ) : (
          <Removing dataset={dataset} effects={removal.data} onDone={close} />
        )}
      </Modal>
    </>
  )
}

interface RemovingProps {
  dataset: string
  effects: Schemas['DatasetRemoval']
  onDone: () => void
}

function Removing({ dataset, effects, onDone }: RemovingProps) {
  const remove = useRemoving(dataset, 'POST')
  const [name, setName] = useState('')
  return (
    <Stack>
      <ul aria-label="What goes" style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {effectWords(effects).map((line) => (
          <li key={line}>
            <Text size="sm" component="span" className="any-text">
              {line}
            </Text>
          </li>
        ))}
      </ul>
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
        <Button variant="default" onClick={onDone}>
          Keep it
        </Button>
      </Group>
    </Stack>
  )
}

/** A removed dataset: who removed it, and the way back. */
export function RemovedDataset({ draft }: { draft: Schemas['StoredContractDraft'] }) {
  const removal = useRemoval(draft.dataset).data
  const restore = useRemoving(draft.dataset, 'DELETE')
  const left = restore.data ? leftWords(restore.data) : ''
  return (
    <Alert
      color="gray"
      title={draft.is_in_use ? 'Its removal is taken back in part' : 'This dataset was removed'}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {draft.removed_by} removed it on {dayAndTime(draft.removed_at)}.{' '}
          {draft.is_in_use
            ? `${count(removal?.removed_files ?? 0, 'file')} of it ${removal?.removed_files === 1 ? 'has' : 'have'} not come back yet.`
            : `No new file of it is accepted, and the next run drops its table.${removal ? ` ${wayBack(removal)}` : ''}`}
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
        </Group>
        {left ? <Text size="sm">{left}</Text> : null}
        {restore.error ? <Failed error={restore.error} what="Taking the removal back" isAction /> : null}
      </Stack>
    </Alert>
  )
}

/** The button that continues a removal of which files are left. */
function RemoveTheRest({ dataset, removal }: { dataset: string; removal?: Schemas['DatasetRemoval'] }) {
  const remove = useRemoving(dataset, 'POST')
  if (!removal?.may_remove) return null
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
      {remove.error ? <Failed error={remove.error} what="The removal" isAction /> : null}
    </>
  )
}

/** What comes back, and who may bring it back. */
function wayBack({ removed_files: files, files: rest, may_restore: may, reason }: Schemas['DatasetRemoval']) {
  const unfinished = rest > 0 ? `The rows of ${rest} of its files have not left yet. ` : ''
  if (!may) return unfinished + reason
  return `${unfinished}Taken back, it has its contract${files > 0 ? ` and ${files === 1 ? 'its file' : `its ${files} files`}` : ''} again.`
}
