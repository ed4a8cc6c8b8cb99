import { Alert, Button, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { read, type Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { Failed } from '../../components/states'
import { capitalised } from '../../formats/words'
import {
  type DraftColumn,
  draftColumns,
  edited,
  fieldsOf,
  hasLocalTimes,
  nameProblem,
  plainName,
} from './draft-columns'
import { DraftColumnsTable } from './draft-columns-table'
import {
  areRowsWaiting,
  type AskedTogether,
  askedTogether,
  KEEP_AS_TEXT,
  withAnswer,
} from './draft-questions'
import { timeZones } from './time-zones'
import {
  type Chosen,
  type Hindered,
  hinderedWords,
  openReasons,
  type Way,
  wayWords,
  withWay,
} from './ways-out'

type Draft = Schemas['ContractDraft']

interface Props {
  draft: Draft | null | undefined
  /** The columns of the file, as they are called there. */
  inFile: string[]
  /** The lake has a contract of this dataset now, which describes the file; the fields of renamed columns. */
  onCreated: (dataset: string, fields: Record<string, string | null>) => void
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
  const [description, setDescription] = useState('')
  const [timeZone, setTimeZone] = useState(draft.time_zone || 'UTC')
  const [drafted] = useState(() => draftColumns(draft.document, inFile))
  const [columns, setColumns] = useState(drafted)
  const questions = draft.questions ?? []
  const isLeftOut = (name: string) => columns[drafted.findIndex((one) => one.name === name)]?.isLeftOut
  const asked = askedTogether(questions).filter((one) => !one.columns.every(isLeftOut))
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({})
  const isAnswered = asked.every((one) => answers[one.columns.join()] ?? one.usual)
  const answer = (one: AskedTogether, chosen: string) => {
    setAnswers({ ...answers, [one.columns.join()]: chosen })
    setColumns(withAnswer(columns, drafted, questions, one, chosen))
  }
  const [ways, setWays] = useState<Chosen>({})
  const leave = (column: Hindered, way: Way | '') => {
    setWays({ ...ways, [column.column]: way })
    const answered = askedTogether(way ? [] : questions).filter(
      (one) => one.columns.includes(column.column) && answers[one.columns.join()],
    )
    setColumns(
      answered.reduce(
        (before, one) => withAnswer(before, drafted, questions, one, answers[one.columns.join()] ?? ''),
        withWay(columns, drafted, column, way),
      ),
    )
  }
  const storing = useMutation({
    mutationFn: () =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${encodeURIComponent(dataset)}`, {
        method: 'PUT',
        body: {
          document: edited(draft.document, { name: dataset, description, timeZone, inFile }, columns),
        },
      }),
    onSuccess: (stored) => {
      for (const key of ['contracts', 'contract', 'catalog', 'contract drafts'])
        void queries.invalidateQueries({ queryKey: [key] })
      if (stored.is_in_use) onCreated(stored.dataset, fieldsOf(columns, inFile))
    },
  })
  const reasons = openReasons(draft.for_deployment, ways)
  const areSomeWaiting = Object.values(ways).includes('search_in_full') || areRowsWaiting(answers)
  const nameOf = (column: string) => inFile[drafted.findIndex(({ name }) => name === column)] ?? column
  const problem = nameProblem(columns)
  const change = (at: number, column: DraftColumn) =>
    setColumns((before) => before.map((one, place) => (place === at ? column : one)))
  return (
    <Stack gap="sm" className="panel" p="sm">
      <Group gap="md" align="end">
        <TextInput
          label="Name of the dataset"
          size="xs"
          w="16rem"
          value={dataset}
          onChange={(event) => setDataset(plainName(event.currentTarget.value))}
        />
        <TextInput
          label="What a row is, in a sentence"
          size="xs"
          w="28rem"
          maw="100%"
          maxLength={300}
          placeholder="such as: A reading of a freezer"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {hasLocalTimes(drafted, columns, draft.local_times ?? []) ? (
          <NativeSelect
            label="Times without a zone are of"
            description={draft.time_zone && timeZone === draft.time_zone ? 'as the file says' : undefined}
            size="xs"
            w="14rem"
            value={timeZone}
            data={timeZones(draft.time_zone)}
            onChange={(event) => setTimeZone(event.currentTarget.value)}
          />
        ) : null}
      </Group>
      <Questions asked={asked} answers={answers} nameOf={nameOf} onAnswer={answer} />
      <div className="scroll" tabIndex={0}>
        <DraftColumnsTable columns={columns} inFile={inFile} onChange={change} />
      </div>
      {problem ? (
        <Text size="sm" className="misfit" role="alert">
          {problem}
        </Text>
      ) : null}
      <Notes notes={draft.notes} />
      <WaysOut hindered={draft.for_deployment.columns} chosen={ways} nameOf={nameOf} onChoose={leave} />
      {draft.for_deployment.table.length > 0 ? (
        <NeedsDeployment reasons={draft.for_deployment.table} />
      ) : null}
      {storing.error ? <Failed error={storing.error} what="The dataset" isAction /> : null}
      {storing.data && !storing.data.is_in_use ? <Stored dataset={storing.data.dataset} /> : null}
      <Group>
        <Button
          size="compact-md"
          h="auto"
          mih="1.875rem"
          styles={{ label: { whiteSpace: 'normal', lineHeight: 1.5 } }}
          disabled={!dataset || problem !== '' || !isAnswered}
          loading={storing.isPending}
          onClick={() => storing.mutate()}
        >
          {reasons.length === 0
            ? `Create ${dataset} and commit ${areSomeWaiting ? 'its rows' : count(draft.rows, 'row')}`
            : `Hand in ${dataset} for the next deployment`}
        </Button>
        {reasons.length === 0 ? (
          <Text size="sm" className="muted">
            {isAnswered ? '' : `Answer the ${asked.length === 1 ? 'question' : 'questions'} above first. `}
            {rowsLeft(draft)}The gate checks every row by these columns. Rows that it refuses wait for a
            person.
          </Text>
        ) : null}
      </Group>
    </Stack>
  )
}

/** Columns that can be read in several ways: a person chooses, or keeps them as text. */
function Questions({
  asked,
  answers,
  nameOf,
  onAnswer,
}: {
  asked: AskedTogether[]
  answers: Readonly<Record<string, string>>
  nameOf: (column: string) => string
  onAnswer: (one: AskedTogether, chosen: string) => void
}) {
  return asked.map((one) => (
    <NativeSelect
      key={one.columns.join()}
      label={`How to read ${one.columns.map(nameOf).join(', ')}`}
      description={one.note}
      size="xs"
      maw="28rem"
      value={answers[one.columns.join()] ?? one.usual}
      data={[
        ...(one.usual ? [] : [{ value: '', label: 'Choose', disabled: true }]),
        ...one.answers,
        { value: KEEP_AS_TEXT, label: 'keep as text' },
      ]}
      onChange={(event) => onAnswer(one, event.currentTarget.value)}
    />
  ))
}

/** Which rows of the file do not enter; empty if all do. */
export function rowsLeft({
  received,
  rows,
  duplicates,
}: Pick<Draft, 'received' | 'rows' | 'duplicates'>): string {
  const refused = received - rows - duplicates
  const left = [
    ...(duplicates > 0 ? [`${whole(duplicates)} ${duplicates === 1 ? 'repeats' : 'repeat'} another`] : []),
    ...(refused > 0 ? [`${whole(refused)} ${refused === 1 ? 'does' : 'do'} not fit`] : []),
  ]
  return left.length > 0 ? `Of ${count(received, 'row')} in the file ${left.join(' and ')}. ` : ''
}

/** Columns that a person cannot put into use as they are, each with the changes after which they can. */
function WaysOut({
  hindered,
  chosen,
  nameOf,
  onChoose,
}: {
  hindered: Hindered[]
  chosen: Chosen
  nameOf: (column: string) => string
  onChoose: (column: Hindered, way: Way | '') => void
}) {
  if (hindered.length === 0) return null
  const open = hindered.filter(({ column }) => !chosen[column])
  return (
    <Alert
      color="blue"
      title={
        open.length > 0
          ? `Decide about ${open.map(({ column }) => nameOf(column)).join(', ')} to create the dataset now`
          : 'Your decisions about these columns'
      }
    >
      <Stack gap="sm">
        {hindered.map((one) => (
          <Radio.Group
            key={one.column}
            label={nameOf(one.column)}
            description={hinderedWords(one)}
            size="xs"
            value={chosen[one.column] ?? ''}
            onChange={(way) => onChoose(one, way as Way | '')}
          >
            <Stack gap={4} mt={4}>
              {one.ways.map(({ way }) => (
                <Radio key={way} size="xs" value={way} label={wayWords(way, one)} />
              ))}
              <Radio size="xs" value="" label="Decide at the deployment" />
            </Stack>
          </Radio.Group>
        ))}
        {open.length > 0 ? (
          <Text size="sm">
            Or hand the dataset in as it is: whoever deploys the lake decides, and its rows wait until then.
          </Text>
        ) : null}
      </Stack>
    </Alert>
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
export function Notes({ notes }: { notes: Draft['notes'] }) {
  const decisive = notes.filter((note) => note.decides)
  const further = notes.filter((note) => !note.decides)
  return (
    <>
      {decisive.map((note) => (
        <Text size="sm" role="note" key={note.message}>
          {note.column ? <b>{note.column} </b> : null}
          {note.column ? note.message : capitalised(note.message)}. Tick other columns under “identifies a
          row”, or none: then every row is kept.
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
                  {note.column ? note.message : capitalised(note.message)}
                </Text>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  )
}
