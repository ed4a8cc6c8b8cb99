import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { read, type Schemas } from '../../api/client'
import { count } from '../../api/format'
import { Failed } from '../../components/states'
import {
  type DraftColumn,
  draftColumns,
  edited,
  fieldsOf,
  nameProblem,
  plainName,
  TYPES,
  typeWords,
} from './draft-columns'

type Draft = Schemas['ContractDraft']

interface Props {
  draft: Draft | null | undefined
  /** The columns of the file, as they are called there. */
  inFile: string[]
  /** The lake has a contract of this dataset now, which describes the file; the fields of renamed columns. */
  onCreated: (dataset: string, fields: Record<string, string>) => void
}

/** A file of no contract: the draft of one, which a person edits; the dataset of it is created in the lake. */
export function DraftContract({ draft, inFile, onCreated }: Props) {
  const [opened, setOpened] = useState(false)
  if (!draft)
    return (
      <Text size="sm">
        No contract describes this file yet, and none can be drafted from it. Choose the dataset that its rows
        are of, or keep the file.
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
      {opened ? <Editor draft={draft} inFile={inFile} onCreated={onCreated} /> : null}
    </Stack>
  )
}

function Editor({ draft, inFile, onCreated }: Props & { draft: Draft }) {
  const queries = useQueryClient()
  const [dataset, setDataset] = useState(draft.dataset)
  const [columns, setColumns] = useState(() => draftColumns(draft.document))
  const storing = useMutation({
    mutationFn: () =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${encodeURIComponent(dataset)}`, {
        method: 'PUT',
        body: { document: edited(draft.document, dataset, columns) },
      }),
    onSuccess: (stored) => {
      for (const key of ['contracts', 'contract', 'catalog', 'contract drafts'])
        void queries.invalidateQueries({ queryKey: [key] })
      if (stored.is_in_use) onCreated(stored.dataset, fieldsOf(columns, inFile))
    },
  })
  const reasons = draft.needs_deployment ?? []
  const problem = nameProblem(columns)
  const change = (at: number, column: DraftColumn) =>
    setColumns((before) => before.map((one, place) => (place === at ? column : one)))
  return (
    <Stack gap="sm" className="panel" p="sm">
      <TextInput
        label="Name of the dataset"
        size="xs"
        maw="20rem"
        value={dataset}
        onChange={(event) => setDataset(plainName(event.currentTarget.value))}
      />
      <div className="scroll" tabIndex={0}>
        <Columns columns={columns} inFile={inFile} onChange={change} />
      </div>
      {problem ? (
        <Text size="sm" className="misfit" role="alert">
          {problem}
        </Text>
      ) : null}
      <Notes notes={draft.notes} />
      {reasons.length > 0 ? <NeedsDeployment reasons={reasons} /> : null}
      {storing.error ? <Failed error={storing.error} what="The dataset" isAction /> : null}
      {storing.data && !storing.data.is_in_use ? <Stored dataset={storing.data.dataset} /> : null}
      <Group>
        <Button
          size="compact-md"
          h="auto"
          mih="1.875rem"
          styles={{ label: { whiteSpace: 'normal' } }}
          disabled={!dataset || problem !== ''}
          loading={storing.isPending}
          onClick={() => storing.mutate()}
        >
          {reasons.length === 0
            ? `Create ${dataset} and commit ${count(draft.rows, 'row')}`
            : `Hand in ${dataset} for the next deployment`}
        </Button>
        {reasons.length === 0 ? (
          <Text size="sm" className="muted">
            The gate checks every row by these columns. Rows that it refuses wait for a person.
          </Text>
        ) : null}
      </Group>
    </Stack>
  )
}

function Columns({
  columns,
  inFile,
  onChange,
}: {
  columns: DraftColumn[]
  inFile: string[]
  onChange: (at: number, column: DraftColumn) => void
}) {
  return (
    <Table fz="sm" w="auto" className="draft-columns">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>in the file</Table.Th>
          <Table.Th>column in the table</Table.Th>
          <Table.Th>holds</Table.Th>
          <Table.Th>always filled</Table.Th>
          <Table.Th>identifies a row</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columns.map((column, at) => (
          <Table.Tr key={at}>
            <Table.Td className={column.heading ? 'any-text' : 'muted'}>
              {column.heading ? (inFile[at] ?? column.heading) : `column ${at + 1}, without a heading`}
            </Table.Td>
            <Table.Td>
              <TextInput
                size="xs"
                miw="9rem"
                aria-label={`Name of column ${at + 1}`}
                value={column.name}
                onChange={(event) => onChange(at, { ...column, name: plainName(event.currentTarget.value) })}
              />
            </Table.Td>
            <Table.Td>
              <NativeSelect
                size="xs"
                miw="8.5rem"
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

/** Why a person cannot use the dataset at once, and who makes it. */
function NeedsDeployment({ reasons }: { reasons: string[] }) {
  return (
    <Alert color="blue" title="This dataset needs a deployment">
      Whoever deploys the lake brings it, because rights follow from its contract:
      <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      Hand it in, and keep the file below: its rows enter the lake with that deployment.
    </Alert>
  )
}

/** The dataset was handed in for a deployment. */
function Stored({ dataset }: { dataset: string }) {
  return (
    <Alert color="blue" title={`${dataset} waits for a deployment`}>
      The contract is stored with your name, and whoever deploys the lake finds it. Keep this file below: its
      rows are in SQL after that deployment and the next run. <a href={`#/datasets/${dataset}`}>Its page</a>
    </Alert>
  )
}

/** Notes of the draft: the one that decides which rows are kept is in the open. */
function Notes({ notes }: { notes: Draft['notes'] }) {
  const decisive = notes.filter((note) => note.decides)
  const further = notes.filter((note) => !note.decides)
  return (
    <>
      {decisive.map((note) => (
        <Text size="sm" role="note" key={note.message}>
          {note.column ? <b>{note.column} </b> : null}
          {note.message}. Tick other columns under “identifies a row”, or none: then every row is kept.
        </Text>
      ))}
      {further.length > 0 ? (
        <details>
          <summary>
            {count(further.length, decisive.length > 0 ? 'further note' : 'note')} on the draft
          </summary>
          <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
            {further.map((note) => (
              <li key={`${note.column} ${note.message}`}>
                <Text size="sm" component="span">
                  {note.column ? <b>{note.column} </b> : null}
                  {note.message}
                </Text>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  )
}
