import { Button, Skeleton, Text } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, figure, whole } from '../../api/format'
import { useFiles } from '../files/queries'
import { useDashboards } from '../dashboards/queries'
import { useHealth, useQuarantine, useRuns, useStartRun } from '../lake/queries'
import { useMay } from '../../api/queries'
import { useResult } from '../query/results'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { heading } from '../../formats/words'
import { expectationOf } from '../lake/expectations'
import { isUnderWay } from '../lake/lake-words'
import { failedWords, isOwnFault, isOwnFaultAlone, reasonsOf } from '../lake/run-problems'
import { useStageNames } from '../lake/run-stages'
import { StartRun } from '../lake/start-run'
import { WhoMayCorrect } from '../files/who-may-correct'
import { useDecisions } from '../work/queries'
import { queueCounts, valueLabel } from '../work/queue-state'
import { byAmount, byContent, fileTasks, nameOf, sentWords } from './file-tasks'
import { useTasksTitle } from './tasks-title'

const MOST_TASKS = 5
const NO_DATASET = { state: 'profiled' } as const

/** What needs a person, each with one button: a failed run, files with rows to fix, queues. */
export function NeedsYou() {
  const boards = useDashboards()
  const title = useTasksTitle()
  // Lines that come first arrive first, so that no click lands on the line that took its place. A failed
  // answer counts as one: its line tries again by itself.
  const isReading = [useRuns(), useHealth(), boards, useFiles(NO_DATASET), useQuarantine()].some(
    ({ isFetched }) => !isFetched,
  )
  if (isReading)
    return (
      <Panel title={title}>
        <div className="tasks" role="list">
          <TaskOutline />
        </div>
      </Panel>
    )
  return (
    <Panel title={title}>
      <div className="tasks" role="list">
        <FailedRun />
        <StaleData />
        <Answered of={boards} what="the queues">
          {({ dashboards }) => <QueueTasks queues={dashboards.flatMap((board) => board.queues)} />}
        </Answered>
        <FilesOfNoDataset />
        <FileTasks />
      </div>
    </Panel>
  )
}

function Task({ children, action }: { children: React.ReactNode; action: React.ReactNode }) {
  return (
    <div className="task" role="listitem">
      <Text size="sm" component="span" className="any-text">
        {children}
      </Text>
      {action}
    </div>
  )
}

/** The outline of a task that is being read. */
const TaskOutline = () => (
  <Skeleton height={12} my={8} role="listitem" aria-busy aria-label="Loading a queue" />
)

function Open({ href, label, name }: { href: string; label: string; name: string }) {
  return (
    <Button component="a" size="compact-sm" variant="default" href={href} aria-label={`${label}: ${name}`}>
      {label}
    </Button>
  )
}

const FOR_MAINTAINERS = '. No file is wrong: whoever maintains the system has to correct it'

/** The newest run, if it failed or left something out: why, and a retry. */
function FailedRun() {
  const runs = useRuns()
  const may = useMay('operator')
  const start = useStartRun()
  const nameOf = useStageNames()
  const run = runs.data?.runs.find((each) => !isUnderWay(each))
  if (!run || (run.state === 'succeeded' && !run.has_problems)) return null
  const reasons = [
    ...Object.entries(run.failed_stages).map(
      ([stage, why]) =>
        `${failedWords([nameOf(stage)], run.state)}: ${expectationOf(reasonsOf(why)[0] ?? why).words}${isOwnFault(why) ? FOR_MAINTAINERS : ''}`,
    ),
    ...Object.keys(run.datasets_not_merged).map((dataset) => `${heading(dataset)} was not merged`),
    ...Object.keys(run.implausible_tables).map((table) => `${heading(table)} is implausible`),
  ]
  const page = `#/runs/${encodeURIComponent(run.name)}`
  const wasStopped = run.state === 'aborted'
  const isOwn = run.state === 'failed' && isOwnFaultAlone(run)
  return (
    <>
      {(reasons.length
        ? reasons
        : [
            run.state === 'failed'
              ? 'The newest run failed'
              : wasStopped
                ? 'The newest run was stopped'
                : `The newest run ended as ${run.state.replaceAll('_', ' ')}`,
          ]
      ).map((reason) => (
        <Task key={reason} action={<Open href={page} label="See why" name={reason} />}>
          {reason}
        </Task>
      ))}
      {may && !isOwn ? (
        <Task action={<StartRun start={start} size="compact-sm" label="Retry" />}>
          {wasStopped
            ? 'Run again to build its tables'
            : 'After the fix: run again. Until then its tables keep the rows of the run before'}
        </Task>
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </>
  )
}

/** The freshness of the data, where it is not healthy. */
function StaleData() {
  const check = useHealth().data?.checks.find((one) => one.name === 'freshness')
  if (check?.state !== 'degraded') return null
  return <Task action={<Open href="#/lake" label="See the files" name="freshness" />}>{check.message}</Task>
}

/** The queues with open items that may not wait: the one with the largest amount at stake first, once the amounts of all are there. */
function QueueTasks({ queues }: { queues: Schemas['WorkQueue'][] }) {
  const [amounts, setAmounts] = useState<Readonly<Record<string, number>>>({})
  const setAmount = useCallback(
    (name: string, amount: number) =>
      setAmounts((before) => (before[name] === amount ? before : { ...before, [name]: amount })),
    [],
  )
  const hasAll = queues.every(({ name }) => name in amounts)
  return (hasAll ? byAmount(queues, amounts) : queues).map((queue) => (
    <QueueTask key={queue.name} queue={queue} onAmount={setAmount} isPlaced={hasAll} />
  ))
}

interface QueueTaskProps {
  queue: Schemas['WorkQueue']
  onAmount: (name: string, amount: number) => void
  /** Whether the order of the queues is known. */
  isPlaced: boolean
}

function QueueTask({ queue, onAmount, isPlaced }: QueueTaskProps) {
  const answer = useResult(queue.sql)
  const decisions = useDecisions(queue.name)
  const error = answer.error ?? decisions.error
  const counts =
    answer.data && decisions.data ? queueCounts(queue, answer.data, decisions.data.decisions) : undefined
  const amount = counts ? counts.firstValue : error ? 0 : undefined
  useEffect(() => {
    if (amount !== undefined) onAmount(queue.name, amount)
  }, [onAmount, queue.name, amount])
  if (!isPlaced) return <TaskOutline />
  if (!answer.data || !counts)
    return error ? (
      <Failed
        error={error}
        what="A queue"
        onRetry={() => void Promise.all([answer.refetch(), decisions.refetch()])}
      />
    ) : (
      <TaskOutline />
    )
  const { open, first, firstValue, mayWait } = counts
  if (first === 0) return null
  const worth = open - mayWait
  const value = firstValue
    ? `, ${figure(firstValue, queue.unit)} ${valueLabel(queue, answer.data)}${worth > first ? ` in the ${whole(first)} most urgent` : ''}`
    : ''
  return (
    <Task action={<Open href={`#/work/${queue.name}`} label="Open" name={queue.title} />}>
      {queue.title}: {whole(worth)}
      {value}
      {mayWait > 0 ? `; ${whole(mayWait)} more may wait` : ''}
    </Task>
  )
}

const MOST_OF_NO_DATASET = 3

/** Files that no contract describes: somebody says which dataset they are, or drafts a contract. */
function FilesOfNoDataset() {
  const files = useFiles(NO_DATASET)
  const all = byContent(files.data?.pages.flatMap((page) => page.files) ?? [])
  const further = all.length - MOST_OF_NO_DATASET
  return (
    <>
      {all.slice(0, MOST_OF_NO_DATASET).map(([file, ...others]) =>
        file ? (
          <Task
            key={file.file_id}
            action={
              <Open
                href={`#/files/${encodeURIComponent(file.file_id)}`}
                label="Open the file"
                name={nameOf(file)}
              />
            }
          >
            {nameOf(file)}
            {sentWords(others.length + 1)}: it has no dataset yet, so its rows are in no table. Choose one, or
            draft a contract.
          </Task>
        ) : null,
      )}
      {further > 0 ? (
        <Task action={<Open href="#/lake?state=profiled" label="Open all" name="files without a dataset" />}>
          {files.hasNextPage ? 'More than ' : ''}
          {count(further, 'further file')} without a dataset
        </Task>
      ) : null}
    </>
  )
}

/** Files with rows to fix; several files of one dataset are one task. */
function FileTasks() {
  const quarantine = useQuarantine()
  return (
    <Answered of={quarantine} what="the files">
      {({ waiting, files_waiting: all }) => {
        const tasks = fileTasks(waiting)
        const shown = tasks.slice(0, MOST_TASKS)
        const further = all - shown.reduce((sum, { files }) => sum + files, 0)
        return (
          <>
            {shown.map(({ name, text, href, label }) => (
              <Task key={href} action={<Open href={href} label={label} name={name} />}>
                {text}
              </Task>
            ))}
            {further > 0 ? (
              <Task action={<Open href="#/work/files" label="Open all" name="files" />}>
                {count(further, 'further file')}
              </Task>
            ) : null}
            {waiting.length > 0 ? <WhoMayCorrect /> : null}
            {waiting.length === 0 ? <Empty>No file waits for a person.</Empty> : null}
          </>
        )
      }}
    </Answered>
  )
}
