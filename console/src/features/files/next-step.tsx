import { Alert, Anchor, Button, Group, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { useMay } from '../../api/queries'
import { isUnderWay } from '../lake/lake-words'
import { useRun, useRuns, useStartRun } from '../lake/queries'
import { useUnmergedCorrections } from './queries'
import { Failed } from '../../components/states'
import { queryAddress } from '../../formats/sql'
import { heading } from '../../formats/words'
import { Advice } from '../../components/advice'
import { Undo } from './undo'
import { hadSome } from './undo-words'
import { leftOut, reasonsOf, runState } from '../lake/run-problems'

interface Props {
  file: Schemas['FileDetail']
  /** Whether rows of the file wait for a person, which is to be done first. */
  isSecond?: boolean
}

/** From a file's accepted rows to the table that has them: a run, then a query. From an undone file's, the run that takes them out. */
export function NextStep({ file, isSecond = false }: Props) {
  if (file.state === 'reverted' && (file.before_undo?.accepted ?? 0) > 0)
    return file.in_snapshot ? (
      <RunFirst isSecond={false} words={hadSome(file) ? TAKES_OWN_OUT : TAKES_OUT} />
    ) : (
      <Text size="sm">
        {hadSome(file) ? 'The tables are as before this file.' : 'No table has its rows.'}
      </Text>
    )
  if (file.state !== 'done') return null
  if (file.accepted === 0) return <CorrectedFirst file={file} isSecond={isSecond} />
  return file.in_snapshot ? (
    <Merged file={file} isSecond={isSecond} />
  ) : (
    <AcceptedFirst key={file.file_id} file={file} isSecond={isSecond} />
  )
}

/** The run that accepted rows wait for: one that began after them has them. It is followed to its end. */
function AcceptedFirst({ file, isSecond = false }: Props) {
  const runs = useRuns().data?.runs ?? []
  const underWay = runs.find((run) => isUnderWay(run) && run.started_at > file.finished_at)
  const [seen, setSeen] = useState<string>()
  if (underWay && underWay.name !== seen) setSeen(underWay.name)
  const newest = runs.find((run) => !isUnderWay(run) && run.started_at > file.finished_at)
  const why = newest?.datasets_not_merged[file.dataset]
  if (newest && why && !underWay) return <NotMerged file={file} run={newest.name} why={why} />
  return <RunFirst isSecond={isSecond} underWay={underWay?.name ?? seen} />
}

/** A file whose dataset the newest run could not merge: the next one cannot either, until its cause is gone. */
function NotMerged({ file, run, why }: { file: Props['file']; run: string; why: string }) {
  return (
    <Alert color="orange" p="xs" title={`The run did not merge ${heading(file.dataset)}`}>
      {reasonsOf(why).map((reason) => (
        <Text key={reason} size="sm" className="any-text">
          <Advice text={reason} />
        </Text>
      ))}
      <Text size="sm">
        Another run ends in the same way until this is solved. If the rows are of this file, undo it here.{' '}
        <Anchor href={`#/runs/${encodeURIComponent(run)}`}>Open the run</Anchor>
      </Text>
      <Undo file={file} what="this file" />
    </Alert>
  )
}

/** A file that the tables have: its rows can be queried, and corrected ones may wait for a run. */
function Merged({ file, isSecond = false }: Props) {
  return (
    <>
      <QueryTable dataset={file.dataset} />
      <CorrectedFirst file={file} isSecond={isSecond} />
    </>
  )
}

/** The run that corrected rows wait for; nothing without such rows. */
function CorrectedFirst({ file, isSecond = false }: Props) {
  const { rows, hasMore } = useUnmergedCorrections(file)
  if (rows === 0) return null
  return <RunFirst isSecond={isSecond} words={correctionsFirst(rows, hasMore)} />
}

const correctedWords = (rows: number, hasMore: boolean): string =>
  hasMore
    ? `at least ${count(rows, 'corrected row')} of it`
    : rows === 1
      ? 'its corrected row'
      : `its ${count(rows, 'corrected row')}`

const correctionsFirst = (rows: number, hasMore: boolean): typeof BRINGS => ({
  next: `The next run brings ${correctedWords(rows, hasMore)} into the tables.`,
  during: 'The run that brings the corrected rows into the tables',
})

function QueryTable({ dataset }: { dataset: string }) {
  const catalog = useCatalog()
  const table = catalog.data?.tables.find((one) => one.name === dataset && !one.system)
  const sql = table ? `SELECT *\nFROM ${table.database}.${table.name}\nLIMIT 1000` : ''
  return (
    <Text size="sm">
      The tables have its rows.{' '}
      {table ? <Anchor href={queryAddress(sql)}>Query the table {table.name}</Anchor> : null}
    </Text>
  )
}

const BRINGS = {
  next: 'Its rows are in the lake. The next run brings them into the tables.',
  during: 'The run that brings its rows into the tables',
}
const TAKES_OUT: typeof BRINGS = {
  next: 'The next run takes its rows out of the tables.',
  during: 'The run that takes its rows out of the tables',
}
const TAKES_OWN_OUT: typeof BRINGS = {
  next: 'The next run takes the rows that only it brought out of the tables.',
  during: 'The run that takes the rows that only it brought out of the tables',
}

/** What the next run does, and the button that starts it; for a person who may not, how it starts. */
export function RunFirst({
  isSecond,
  words = BRINGS,
  underWay,
}: {
  isSecond: boolean
  words?: typeof BRINGS
  /** The run that does it, which may have ended since. */
  underWay?: string | undefined
}) {
  const may = useMay('operator')
  const start = useStartRun()
  const [key] = useState(() => crypto.randomUUID())
  const run = start.data?.name ?? underWay
  return (
    <Group gap="sm">
      <Text size="sm">
        {run ? '' : words.next}
        {may || run ? '' : ' It starts by the schedule of the lake; an operator can start it before.'}
        {run ? <Run name={run} what={words.during} /> : null}
      </Text>
      {may && !run ? (
        <Button
          size="compact-sm"
          variant={isSecond ? 'default' : 'filled'}
          loading={start.isPending}
          onClick={() => start.mutate({ key })}
        >
          Start a run
        </Button>
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </Group>
  )
}

/** A run until it ends; then all files, such as those of corrections, and the list of tables are read again. */
function Run({ name, what }: { name: string; what: string }) {
  const run = useRun(name)
  const queries = useQueryClient()
  const state = run.data?.state ?? 'running'
  useEffect(() => {
    if (state !== 'succeeded') return
    void queries.invalidateQueries({ queryKey: ['file'] })
    void queries.invalidateQueries({ queryKey: ['catalog'] })
  }, [state, queries])
  const said = run.data
    ? [runState(run.data).replaceAll('_', ' '), leftOut(run.data)].filter(Boolean).join('; ')
    : state
  return (
    <>
      {what}: {said}. <Anchor href={`#/runs/${encodeURIComponent(name)}`}>Follow the run</Anchor>
    </>
  )
}
