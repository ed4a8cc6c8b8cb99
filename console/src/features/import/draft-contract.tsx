import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { read, type Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Failed } from '../../components/states'
import { type DraftColumn, datasetName, draftColumns, edited, TYPES, typeWords } from './draft-columns'

type Draft = Schemas['ContractDraft']

/** A file of no contract: the draft of one, which a person edits and stores in the lake. */
export function DraftContract({ draft }: { draft: Draft | null | undefined }) {
  const [opened, setOpened] = useState(false)
  if (!draft)
    return (
      <Text size="sm">
        No contract describes this file yet. Choose the dataset that its rows are of, or keep the file: a
        person who deploys the lake drafts a contract from it.
      </Text>
    )
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text size="sm">
          No contract describes this file yet. Choose the dataset that its rows are of, or
        </Text>
        <Button size="compact-sm" variant="default" aria-expanded={opened} onClick={() => setOpened(!opened)}>
          Create a dataset from it
        </Button>
      </Group>
      {opened ? <Editor draft={draft} /> : null}
    </Stack>
  )
}

function Editor({ draft }: { draft: Draft }) {
  const [dataset, setDataset] = useState(draft.dataset)
  const [columns, setColumns] = useState(() => draftColumns(draft.document))
  const storing = useMutation({
    mutationFn: () =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${encodeURIComponent(dataset)}`, {
        method: 'PUT',
        body: { document: edited(draft.document, dataset, columns) },
      }),
  })
  const change = (at: number, column: DraftColumn) =>
    setColumns((before) => before.map((one, place) => (place === at ? column : one)))
  return (
    <Stack gap="sm" className="panel" p="sm">
      <TextInput
        label="Name of the dataset"
        size="xs"
        maw="20rem"
        value={dataset}
        onChange={(event) => setDataset(datasetName(event.currentTarget.value))}
      />
      <div className="scroll" tabIndex={0}>
        <Columns columns={columns} onChange={change} />
      </div>
      {draft.notes.length > 0 ? <Notes notes={draft.notes} /> : null}
      {storing.error ? <Failed error={storing.error} what="The contract" isAction /> : null}
      {storing.data ? <Stored stored={storing.data} /> : null}
      <Group>
        <Button
          size="compact-md"
          disabled={!dataset}
          loading={storing.isPending}
          onClick={() => storing.mutate()}
        >
          {storing.data ? 'Store it again' : `Store the contract of ${dataset}`}
        </Button>
      </Group>
    </Stack>
  )
}

function Columns({
  columns,
  onChange,
}: {
  columns: DraftColumn[]
  onChange: (at: number, column: DraftColumn) => void
}) {
  return (
    <Table fz="sm" w="auto" className="draft-columns">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>column</Table.Th>
          <Table.Th>holds</Table.Th>
          <Table.Th>always filled</Table.Th>
          <Table.Th>identifies a row</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columns.map((column, at) => (
          <Table.Tr key={column.name}>
            <Table.Td className="any-text">{column.name}</Table.Td>
            <Table.Td>
              <NativeSelect
                size="xs"
                aria-label={`Type of ${column.name}`}
                value={column.type}
                data={[
                  { value: column.type, label: typeWords(column.type) },
                  ...TYPES.filter((one) => typeWords(one.value) !== typeWords(column.type)),
                ]}
                onChange={(event) => onChange(at, { ...column, type: event.currentTarget.value })}
              />
            </Table.Td>
            <Table.Td>
              <Checkbox
                size="xs"
                aria-label={`${column.name} is always filled`}
                checked={column.required || column.key}
                disabled={column.key}
                onChange={(event) => onChange(at, { ...column, required: event.currentTarget.checked })}
              />
            </Table.Td>
            <Table.Td>
              <Checkbox
                size="xs"
                aria-label={`${column.name} identifies a row`}
                checked={column.key}
                onChange={(event) => onChange(at, { ...column, key: event.currentTarget.checked })}
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** Where the contract is, and when its dataset works. */
function Stored({ stored }: { stored: Schemas['StoredContractDraft'] }) {
  return (
    <Alert
      color="blue"
      title={stored.is_in_use ? 'The dataset is in use' : 'The contract is stored in the lake'}
    >
      {stored.is_in_use ? (
        'Choose it above: these rows can be committed now.'
      ) : (
        <>
          The dataset has no table yet: the next deployment of the lake makes it, with the rights to read it.
          Whoever deploys the lake copies <code>{stored.place}</code> into <code>contracts/source</code> and
          deploys. Keep this file below: that deployment takes it in, and its rows are in SQL after the next
          run.
        </>
      )}
    </Alert>
  )
}

function Notes({ notes }: { notes: Draft['notes'] }) {
  return (
    <details>
      <summary>{count(notes.length, 'note')} to check in the draft</summary>
      <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {notes.map((note) => (
          <li key={`${note.column} ${note.message}`}>
            <Text size="sm" component="span">
              {note.column ? <b>{note.column}: </b> : null}
              {note.message}
            </Text>
          </li>
        ))}
      </ul>
    </details>
  )
}
