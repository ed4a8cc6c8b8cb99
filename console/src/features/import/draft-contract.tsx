import { Alert, Button, Group, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { ApiProblem, mayRetry, read, type Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { Failed } from '../../components/states'
import { zone } from '../../formats/moments'
import { valueRuleWords } from '../../formats/rules'
import { capitalised, inSeries } from '../../formats/words'
import {
  type DraftColumn,
  draftColumns,
  edited,
  everyField,
  fieldsOf,
  hasLocalTimes,
  type KeptDraft,
  nameProblem,
  namesOf,
  stepsOf,
  unitOfKeys,
  withWordsApart,
} from './draft-columns'
import { DraftColumnsTable, NameInput } from './draft-columns-table'
import { DraftFormats, formatsOfType, keptFormat, type TextFormat } from './draft-formats'
import { MostlyNumbers } from './draft-numbers'
import { decidesWords, DraftWords, meaningsOf, withMeanings } from './draft-words'
import { earlierAnswers, rememberAnswer } from './earlier-answers'
import { type AskedTogether, askedTogether, KEEP_AS_TEXT, withAnswer } from './draft-questions'
import { type Edits, NO_EDITS } from './edits'
import { keepDraft, keptDraft } from './kept-edits'
import { kindsOfRows, type RowKinds, rowsWords } from './other-rows'
import { timeZones } from './time-zones'
import { useDraftCheck } from './use-draft-check'
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
type Counted = Schemas['DraftCheck']

const isKey = ({ key, isLeftOut }: DraftColumn): boolean => key && !isLeftOut

const OF_PEOPLE = 'has data about people, and a deployment decides who may read it'
const NO_OTHER_ROWS: RowKinds = {}
const NO_LISTS: string[] = []
const MAX_CAUSES = 3
/** The file cannot enter by these columns at all, so the dataset would stay empty. */
const UNPROCESSABLE = 422

interface Props {
  draft: Draft | null | undefined
  uploadId: string
  /** The name of the file: its sheets write numbers and days alike. */
  fileName?: string
  /** The columns of the file, as they are called there. */
  inFile: string[]
  /** Why the values of a column of the file are not shown, by its name there. */
  hidden?: Readonly<Record<string, string>>
  /** Whether the draft is of the part, encoding and header that are chosen: the one before has other columns. */
  isOfChoice?: boolean
  /** The part of the file that is read. */
  part?: string
  /** The encoding of a text, if a person chose it. */
  encoding?: Edits['encoding']
  /** The row that a person chose as the header; 0 for the one that the file shows. */
  headerRow?: number
  /** Rows that are no data and stay out: totals, and those that describe the columns. */
  otherRows?: RowKinds
  /** How many rows have no value: the gate leaves them out. */
  blankRows?: number | undefined
  /** Columns of lists of records, which are parts of their own, and of binary data: they are left out unless a person takes them in. */
  lists?: string[]
  /** The places of the columns in the order of the file; absent if they are in it. */
  order?: number[] | undefined
  /** Whether it is open before a person opens it. */
  opensDraft?: boolean
  /** A person has typed or chosen something of the draft, now or before a reload. */
  onWork?: (() => void) | undefined
  /** The lake has a contract of this dataset now, which describes the file; the fields of renamed columns, and words that are 0. */
  onCreated: (dataset: string, fields: Record<string, string | null>, steps: Edits['steps']) => void
}

/** A file of no contract: the draft of one, which a person edits; the dataset of it is created in the lake. */
export function DraftContract({ draft, opensDraft = false, isOfChoice = true, onWork, ...about }: Props) {
  const { kept, isRead, keep } = useKeptDraft(
    about.uploadId,
    [about.part, about.encoding, about.headerRow].filter(Boolean).join(' '),
    draft,
  )
  const hasWork = kept !== undefined
  useEffect(() => {
    if (hasWork) onWork?.()
  }, [hasWork, onWork])
  const [chosen, setOpened] = useState<boolean>()
  const opened = chosen ?? kept?.isOpen ?? opensDraft
  const open = (isOpen: boolean) => {
    setOpened(isOpen)
    if (kept) keep({ ...kept, isOpen })
  }
  if (!isOfChoice)
    return (
      <Text size="sm" className="muted" role="status">
        The gate reads the file as you chose …
      </Text>
    )
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
        <Button size="compact-sm" variant="default" aria-expanded={opened} onClick={() => open(!opened)}>
          Create a dataset from it
        </Button>
      </Group>
      {opened ? <Editor key={String(isRead)} draft={draft} {...about} kept={kept} onKeep={keep} /> : null}
    </Stack>
  )
}

/** The edits of this draft that the browser keeps, once it has read them. */
function useKeptDraft(
  uploadId: string,
  part: string,
  draft: Draft | null | undefined,
): { kept: KeptDraft | undefined; isRead: boolean; keep: (draft: KeptDraft) => void } {
  const [kept, setKept] = useState<KeptDraft>()
  const [isRead, setRead] = useState(false)
  useEffect(() => {
    let isShown = true
    void keptDraft(uploadId, part).then((before) => {
      if (!isShown || !before) return
      setKept(before)
      setRead(true)
    })
    return () => {
      isShown = false
    }
  }, [uploadId, part])
  const keep = useCallback(
    (edits: KeptDraft) => {
      setKept(edits)
      void keepDraft(uploadId, part, edits)
    },
    [uploadId, part],
  )
  return { kept: draft && kept?.names === namesOf(draft.document) ? kept : undefined, isRead, keep }
}

function Editor({
  draft,
  uploadId,
  fileName = '',
  inFile,
  hidden,
  part = '',
  encoding = '',
  headerRow = 0,
  otherRows = NO_OTHER_ROWS,
  blankRows = 0,
  lists = NO_LISTS,
  order,
  onCreated,
  kept,
  onKeep,
}: Props & { draft: Draft; kept: KeptDraft | undefined; onKeep: (draft: KeptDraft) => void }) {
  const queries = useQueryClient()
  const [dataset, setDataset] = useState(kept?.dataset ?? draft.dataset)
  const [description, setDescription] = useState(kept?.description ?? '')
  const [timeZone, setTimeZone] = useState(kept?.timeZone ?? (draft.time_zone || draft.zone_around || zone()))
  const [drafted] = useState(() => draftColumns(draft.document))
  const questions = draft.questions ?? []
  const [earlier] = useState(() => (kept ? {} : earlierAnswers(fileName, askedTogether(questions))))
  const [columns, setColumns] = useState(
    () =>
      kept?.columns ??
      askedTogether(questions).reduce(
        (before, one) => {
          const chosen = earlier[one.columns.join()]
          return chosen ? withAnswer(before, drafted, questions, one, chosen) : before
        },
        begunWith(draft, drafted, inFile, lists),
      ),
  )
  const isLeftOut = (name: string) => columns[drafted.findIndex((one) => one.name === name)]?.isLeftOut
  const asked = askedTogether(questions).filter((one) => !one.columns.every(isLeftOut))
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>(kept?.answers ?? earlier)
  const isAnswered = asked.every((one) => answers[one.columns.join()])
  const answer = (one: AskedTogether, chosen: string) => {
    rememberAnswer(fileName, one, chosen)
    setAnswers({ ...answers, [one.columns.join()]: chosen })
    setColumns(withAnswer(columns, drafted, questions, one, chosen))
  }
  const [ways, setWays] = useState<Chosen>((kept?.ways ?? leftOutWays(draft)) as Chosen)
  const now = useMemo(
    () => ({
      names: namesOf(draft.document),
      isOpen: true,
      dataset,
      description,
      timeZone,
      columns,
      answers,
      ways,
    }),
    [draft.document, dataset, description, timeZone, columns, answers, ways],
  )
  const begun = useRef(now)
  useEffect(() => {
    if (now !== begun.current) onKeep(now)
  }, [now, onKeep])
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
  const areLocal = hasLocalTimes(drafted, columns, draft.local_times ?? [])
  const zoneOfTimes = areLocal ? timeZone : draft.time_zone || 'UTC'
  const written = (about: { name: string; description: string }) =>
    edited(draft.document, { ...about, timeZone: zoneOfTimes, order }, columns)
  const storing = useMutation({
    mutationFn: () =>
      read<Schemas['StoredContractDraft']>(`/v1/contract-drafts/${encodeURIComponent(dataset)}`, {
        method: 'PUT',
        body: { document: written({ name: dataset, description }) },
      }),
    retry: mayRetry, // storing the same contract again changes nothing
    onSuccess: (stored) => {
      for (const key of ['contracts', 'contract', 'catalog', 'contract drafts'])
        void queries.invalidateQueries({ queryKey: [key] })
      if (stored.is_in_use) onCreated(stored.dataset, fieldsOf(columns, inFile), steps)
    },
  })
  const { takes_people: takesPeople = false, maybe_people: maybePeople = [] } = draft
  const isDecidedBelow = (name: string) => draft.for_deployment.columns.some(({ column }) => column === name)
  const mayDeny = (at: number) => {
    const before = drafted[at]
    return !before?.personal || (takesPeople && maybePeople.includes(before.name))
  }
  const marked = columns.flatMap(({ personal, isLeftOut, name }, at) =>
    personal && !isLeftOut && !isDecidedBelow(drafted[at]?.name ?? '') ? [{ at, name }] : [],
  )
  const reasons = [
    ...openReasons(draft.for_deployment, ways),
    ...(takesPeople ? [] : marked.map(({ name }) => `${name} ${OF_PEOPLE}`)),
  ]
  const nameOf = (column: string) => inFile[drafted.findIndex(({ name }) => name === column)] ?? column
  const nameNow = (column: string) =>
    columns[drafted.findIndex(({ name }) => name === column)]?.name ?? column
  const isOtherKey = columns.some((one, at) => isKey(one) !== drafted[at]?.key)
  const problem = nameProblem(columns)
  const fields = everyField(columns, inFile)
  const steps = stepsOf(columns, inFile)
  const check = useDraftCheck(
    uploadId,
    written({ name: draft.dataset, description: '' }),
    {
      ...NO_EDITS,
      part,
      encoding,
      header_row: headerRow,
      columns: fields,
      left_out: Object.values(otherRows).flat(),
      steps,
    },
    problem === '' && Object.keys(fields).length > 0,
  )
  const { counted } = check
  const titleOfColumn = (name: string) => inFile[columns.findIndex((one) => one.name === name)] ?? name
  const isRefused = counted?.accepted === 0 && counted.received > 0
  const isNoFile = check.error instanceof ApiProblem && check.error.status === UNPROCESSABLE
  const leaveOut = (at: number, isLeftOut: boolean) => {
    const hindered = draft.for_deployment.columns.find((one) => one.column === drafted[at]?.name)
    if (hindered) leave(hindered, isLeftOut ? 'leave_out' : '')
    else setColumns((before) => before.map((one, place) => (place === at ? { ...one, isLeftOut } : one)))
  }
  const wordsOf = (at: number) => draft.text_words?.[drafted[at]?.name ?? ''] ?? {}
  const formatsOf = (at: number) => draft.text_formats?.[drafted[at]?.name ?? ''] ?? []
  const change = (at: number, column: DraftColumn) =>
    setColumns((before) =>
      before.map((one, place) =>
        place === at ? withWords(one, column, Object.keys(wordsOf(at)), formatsOf(at)) : one,
      ),
    )
  return (
    <Stack gap="sm" className="panel" p="sm">
      <Group gap="md" align="end">
        <NameInput label="Name of the dataset" name={dataset} onName={setDataset} isLabelShown />
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
        {areLocal ? (
          <NativeSelect
            label="Times without a zone are of"
            description={
              timeZone === draft.time_zone
                ? 'as the file says'
                : timeZone === draft.zone_around
                  ? 'as in the records around this list'
                  : timeZone === zone() && !draft.time_zone
                    ? 'the zone of this browser'
                    : undefined
            }
            size="xs"
            w="14rem"
            value={timeZone}
            data={timeZones(draft.time_zone)}
            onChange={(event) => setTimeZone(event.currentTarget.value)}
          />
        ) : null}
      </Group>
      <Questions asked={asked} answers={answers} earlier={earlier} nameOf={nameOf} onAnswer={answer} />
      <RepeatedColumns names={repeatedOf(draft).filter(isLeftOut).map(nameOf)} />
      <BesideColumns names={besideOf(draft).filter(isLeftOut).map(nameOf)} />
      <div className="scroll" tabIndex={0}>
        <DraftColumnsTable
          columns={columns}
          inFile={inFile}
          hidden={hidden}
          order={order}
          mayDeny={mayDeny}
          onChange={change}
          onLeaveOut={leaveOut}
        />
      </div>
      <AboutPeople
        names={marked.map(({ at, name }) => inFile[at] ?? name)}
        maybe={marked.flatMap(({ at, name }) =>
          maybePeople.includes(drafted[at]?.name ?? '') ? [inFile[at] ?? name] : [],
        )}
        takesPeople={takesPeople}
      />
      <MostlyNumbers
        of={draft.mostly_numbers}
        columns={columns}
        drafted={drafted}
        titleOf={nameOf}
        hasWords={(at) => Object.keys(wordsOf(at)).length > 0}
        onChange={change}
      />
      {columns.map((column, at) =>
        decidesWords(column.type) && !column.isLeftOut && Object.keys(wordsOf(at)).length > 0 ? (
          <DraftWords
            key={drafted[at]?.name}
            column={column}
            title={inFile[at] ?? column.name}
            words={wordsOf(at)}
            onChange={(changed) => change(at, changed)}
          />
        ) : null,
      )}
      {columns.map((column, at) => (
        <DraftFormats
          key={drafted[at]?.name}
          column={column}
          title={inFile[at] ?? column.name}
          formats={formatsOf(at)}
          onChange={(changed) => change(at, changed)}
        />
      ))}
      {problem ? (
        <Text size="sm" className="misfit" role="alert">
          {problem}
        </Text>
      ) : null}
      <Notes notes={notesAsChosen(notesOf(draft.notes, isLeftOut, isOtherKey), zoneOfTimes, nameNow)} />
      <WaysOut hindered={draft.for_deployment.columns} chosen={ways} nameOf={nameOf} onChoose={leave} />
      {draft.for_deployment.table.length > 0 ? (
        <NeedsDeployment reasons={draft.for_deployment.table} />
      ) : null}
      {isRefused ? (
        <Text size="sm" className="misfit" role="alert">
          No row fits these columns: {causeWords(counted.causes, titleOfColumn)}. Choose another type, or
          leave the column out.
        </Text>
      ) : null}
      {check.error ? <Failed error={check.error} what="The check" isAction /> : null}
      {storing.error ? <Failed error={storing.error} what="The dataset" isAction /> : null}
      {storing.data && !storing.data.is_in_use ? <Stored dataset={storing.data.dataset} /> : null}
      <Group>
        <Button
          size="compact-md"
          h="auto"
          mih="1.875rem"
          styles={{ label: { whiteSpace: 'normal', lineHeight: 1.5 } }}
          disabled={!dataset || problem !== '' || !isAnswered || isRefused || isNoFile || !check.isCurrent}
          loading={storing.isPending}
          onClick={() => storing.mutate()}
        >
          {reasons.length === 0
            ? `Create ${dataset} and commit ${counted ? count(counted.accepted, 'row') : 'its rows'}`
            : `Hand in ${dataset} for the next deployment`}
        </Button>
        {reasons.length === 0 && !isRefused && !isNoFile ? (
          <Text size="sm" className="muted" role="status">
            {isAnswered ? '' : `Answer the ${asked.length === 1 ? 'question' : 'questions'} above first. `}
            {check.isCurrent
              ? counted
                ? rowsLeft(counted, otherRows, titleOfColumn, blankRows)
                : 'The gate checks every row by these columns. Rows that it refuses wait for a person.'
              : 'The gate checks every row by these columns …'}
          </Text>
        ) : null}
      </Group>
    </Stack>
  )
}

/**
 * The column after a change; a new type begins with the meanings of words, and with the format that it had or that
 * of most values.
 */
function withWords(
  before: DraftColumn,
  after: DraftColumn,
  words: string[],
  formats: TextFormat[],
): DraftColumn {
  if (before.type === after.type || (words.length === 0 && formats.length === 0)) return after
  if (decidesWords(after.type)) {
    const written = keptFormat(formatsOfType(formats, after.type), before)?.format ?? {}
    const typed = withMeanings(after, after.type, meaningsOf(words, after.type), written)
    return { ...typed, unit: typed.unit || unitOfKeys(written) }
  }
  const plain = { ...after }
  delete plain.answered
  delete plain.zeros
  return plain
}

/** Columns that can be read in several ways: a person chooses, or keeps them as text. */
function Questions({
  asked,
  answers,
  earlier,
  nameOf,
  onAnswer,
}: {
  asked: AskedTogether[]
  answers: Readonly<Record<string, string>>
  /** The answers of another sheet of the file. */
  earlier: Readonly<Record<string, string>>
  nameOf: (column: string) => string
  onAnswer: (one: AskedTogether, chosen: string) => void
}) {
  const isOfOtherSheet = ({ columns }: AskedTogether): boolean =>
    columns.join() in earlier && answers[columns.join()] === earlier[columns.join()]
  return asked.map((one) => (
    <NativeSelect
      key={one.columns.join()}
      label={`How to read ${one.columns.map(nameOf).join(', ')}`}
      description={`${one.note}${isOfOtherSheet(one) ? ' Chosen as in another sheet of this file.' : ''}`}
      size="xs"
      maw="28rem"
      value={answers[one.columns.join()] ?? ''}
      data={[
        { value: '', label: 'Choose', disabled: true },
        ...one.answers,
        { value: KEEP_AS_TEXT, label: 'keep as text' },
      ]}
      onChange={(event) => onAnswer(one, event.currentTarget.value)}
    />
  ))
}

/** The columns at fault, with the reason of most of their refused rows: `Sent is missing in 21 rows`. */
function causeWords(causes: Counted['causes'], title: (column: string) => string): string {
  const first = causes.filter(({ column }, at) => causes.findIndex((one) => one.column === column) === at)
  return first
    .slice(0, MAX_CAUSES)
    .map(({ column, rule, rows }) => {
      const why = column
        ? `${title(column)} ${REASONS[rule] ?? valueRuleWords(rule) ?? ''}`.trim()
        : 'their cells'
      return `${why} in ${count(rows, 'row')}`
    })
    .join(', ')
}

/** A value of another type is not called by the type, which is chosen above. */
const REASONS: Readonly<Record<string, string>> = { type: 'is not what the column holds' }

/** Which rows of the file do not enter, and for which columns; empty if all do. */
export function rowsLeft(
  { received, accepted, duplicates, same_key: sameKey, causes }: Omit<Counted, 'same_key'> & Partial<Counted>,
  others: RowKinds,
  title: (column: string) => string,
  blank = 0,
): string {
  const kinds = kindsOfRows(Object.values(others).flat(), others)
  const outside = kinds.reduce((sum, { rows }) => sum + rows.length, blank)
  const refused = received - accepted - duplicates
  const equal = duplicates - (sameKey ?? 0)
  const left = [
    ...kinds.map(({ rows, noun }) =>
      rows.length === 1
        ? `1 is a ${noun} (${rowsWords(rows)}) and stays out`
        : `${whole(rows.length)} are ${noun} (${rowsWords(rows)}) and stay out`,
    ),
    blank > 0
      ? `${whole(blank)} ${blank === 1 ? 'has no value and stays' : 'have no value and stay'} out`
      : '',
    equal > 0 ? `${whole(equal)} ${equal === 1 ? 'repeats' : 'repeat'} another` : '',
    sameKey
      ? `${whole(sameKey)} ${sameKey === 1 ? 'has' : 'have'} the key of another with other values, and ${sameKey === 1 ? 'does' : 'do'} not enter until you choose`
      : '',
    refused > 0
      ? `${whole(refused)} ${refused === 1 ? 'does' : 'do'} not fit and ${refused === 1 ? 'waits' : 'wait'} for a person (${causeWords(causes, title)})`
      : '',
  ].filter(Boolean)
  return left.length > 0 ? `Of ${count(received + outside, 'row')} in the file ${inSeries(left)}.` : ''
}

/** The columns of a draft with those left out that a person takes in if need be: lists, and values of records around. */
function begunWith(draft: Draft, drafted: DraftColumn[], inFile: string[], lists: string[]): DraftColumn[] {
  const isOut = (at: number): boolean =>
    lists.includes(inFile[at] ?? '') || outAtFirst(draft).includes(drafted[at]?.name ?? '')
  const apart = withWordsApart(drafted, inFile).map((one, at) =>
    isOut(at) && !one.key ? { ...one, isLeftOut: true } : one,
  )
  return draft.for_deployment.columns
    .filter(({ column }) => outAtFirst(draft).includes(column))
    .reduce((before, column) => withWay(before, drafted, column, 'leave_out'), apart)
}

const repeatedOf = ({ repeated_columns: repeated = [] }: Partial<Draft>): string[] => repeated

const besideOf = ({ beside_columns: beside = [] }: Partial<Draft>): string[] => beside

/** The columns that a person takes in if need be: values of the records around a list, and beside the list. */
const outAtFirst = (draft: Partial<Draft>): string[] => [...repeatedOf(draft), ...besideOf(draft)]

/** The decisions about columns of the records around a list, which are left out at first. */
const leftOutWays = (draft: Draft): Chosen =>
  Object.fromEntries(
    draft.for_deployment.columns
      .filter(({ column }) => outAtFirst(draft).includes(column))
      .map(({ column }) => [column, 'leave_out' as const]),
  )

/** Says who reads the columns about people, and which of them are only proposed as such. */
function AboutPeople({
  names,
  maybe,
  takesPeople,
}: {
  names: string[]
  maybe: string[]
  takesPeople: boolean
}) {
  if (names.length === 0) return null
  const isOne = maybe.length === 1
  return (
    <Text size="sm" role="note">
      {inSeries(names)} {names.length === 1 ? 'is' : 'are'} about people: only operators and the group
      personal-data read the values in the lake, in answers and in exports.
      {maybe.length > 0
        ? ` For ${inSeries(maybe)} this is a proposal by ${isOne ? 'its name or its' : 'their names or their'} values: untick “about people” if ${isOne ? 'it is' : 'they are'} not.`
        : ''}
      {takesPeople
        ? ''
        : ' Analysts read tables of this lake without the console, so a deployment has to hide these columns.'}
    </Text>
  )
}

/** Says which values of the records around a list stay out, because a mean over the list would count them repeatedly. */
function RepeatedColumns({ names }: { names: string[] }) {
  if (names.length === 0) return null
  return (
    <Text size="sm" role="note">
      {names.join(', ')}: {names.length === 1 ? 'a value' : 'values'} of the records around this list,
      repeated in each of its rows. A total or a mean would count {names.length === 1 ? 'it' : 'them'} once
      for each row, so {names.length === 1 ? 'it is' : 'they are'} left out; Take in brings{' '}
      {names.length === 1 ? 'it' : 'one'} back.
    </Text>
  )
}

/** Says which values of the whole file can be columns of each of its rows. */
function BesideColumns({ names }: { names: string[] }) {
  if (names.length === 0) return null
  const isOne = names.length === 1
  return (
    <Text size="sm" role="note">
      {inSeries(names)} {isOne ? 'is' : 'are'} beside the list of records, with one value for the whole file,
      and {isOne ? 'is' : 'are'} left out; Take in makes {isOne ? 'it' : 'one'} a column of each row.
    </Text>
  )
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

/** The notes but those of columns that are left out, and those on the drafted key once a person chose another one. */
export const notesOf = (
  notes: Draft['notes'],
  isLeftOut: (name: string) => boolean | undefined,
  isOtherKey: boolean,
): Draft['notes'] =>
  notes.filter(
    ({ column, decides }) => (!column || !column.split(', ').every(isLeftOut)) && !(decides && isOtherKey),
  )

/** The notes with the zone that a person chose for times without one, and the names that the columns have now. */
export const notesAsChosen = (
  notes: Draft['notes'],
  timeZone: string,
  nameOf: (column: string) => string,
): Draft['notes'] =>
  notes.map((note) => ({
    ...note,
    column: note.column && note.column.split(', ').map(nameOf).join(', '),
    message: note.message.replace(/taken for UTC\b.*/s, `taken for ${timeZone}`),
  }))

/** Notes of the draft: those on the rows that are kept and on those that stay out are in the open. */
export function Notes({ notes }: { notes: Draft['notes'] }) {
  const decisive = notes.filter((note) => note.decides)
  const leftOut = notes.filter((note) => note.is_open && !note.decides)
  const further = notes.filter((note) => !note.decides && !note.is_open)
  const areShown = decisive.length + leftOut.length > 0
  return (
    <>
      {leftOut.map((note) => (
        <Text size="sm" role="note" key={note.message}>
          {note.column ? <b>{note.column} </b> : null}
          {note.column ? note.message : capitalised(note.message)}.
        </Text>
      ))}
      {decisive.map((note) => (
        <Text size="sm" role="note" key={note.message}>
          {note.column ? <b>{note.column} </b> : null}
          {note.column ? note.message : capitalised(note.message)}. Tick other columns under “identifies a
          row”, or none: then every row is kept.
        </Text>
      ))}
      {decisive.length > 0 ? (
        <Text size="sm" className="muted">
          The dataset keeps what identifies a row: to change it later, remove the dataset on its page and
          create it again.
        </Text>
      ) : null}
      {further.length > 0 ? (
        <details>
          <summary>{count(further.length, areShown ? 'further note' : 'note')} on the draft</summary>
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
