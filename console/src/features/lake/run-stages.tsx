import { Anchor, Text } from '@mantine/core'
import { Fragment } from 'react'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { count, seconds, whole } from '../../api/format'
import { Empty } from '../../components/states'
import { moment } from '../../formats/moments'
import { heading } from '../../formats/words'
import { useCatalog } from '../catalog/queries'
import { useDashboards } from '../dashboards/queries'
import { failedWords } from './run-problems'
import { stageName } from './stage-names'
import { largestNumber, smallestNumber } from '../../formats/extremes'

const COLOURS: Record<string, string> = {
  done: 'var(--mantine-color-teal-7)',
  running: 'var(--mantine-color-blue-6)',
  failed: 'var(--mantine-color-red-7)',
  left: 'var(--mantine-color-gray-5)',
}

/** A stage's state in words, because colour alone does not show it. */
export function stateWords(stage: Schemas['RunStage'], run: Pick<Run, 'state'>, ended: boolean): string {
  if (stage.state === 'pending' && ended) return 'not begun'
  if (stage.state === 'left') return 'not asked for'
  if (stage.state === 'unchanged') return 'kept'
  if (stage.seconds === null || stage.seconds === undefined) return stage.state
  if (stage.state === 'failed' && run.state === 'aborted') return `stopped after ${seconds(stage.seconds)}`
  return stage.state === 'done' ? seconds(stage.seconds) : `${stage.state}, ${seconds(stage.seconds)}`
}

/** Rows and parts of a stage, as its job recorded them; empty where no job did. */
export function work(stage: Schemas['RunStage']): string {
  if (typeof stage.rows_read !== 'number') return ''
  // The quality gate writes nothing: it reads parts, or knows them from an earlier run.
  const isCheck = stage.name === 'quality gate'
  const parts = [
    [isCheck ? 'checked before' : 'reused', stage.parts_reused ?? 0],
    [isCheck ? 'checked' : 'rebuilt', stage.parts_rebuilt ?? 0],
  ] as const
  const named = parts.filter(([, many]) => many > 0).map(([what, many]) => `${whole(many)} ${what}`)
  const written = stage.rows_changed ?? 0
  const amount =
    stage.rows_read === 0 && written > 0
      ? `${count(written, 'row')} written from results kept of earlier runs; no row had to be read again`
      : `${count(stage.rows_read, 'row')} read${written > 0 ? `, ${whole(written)} written` : ''}`
  return `${amount}${named.length > 0 ? ` · parts of tables: ${named.join(', ')}` : ''}`
}

/**
 * What a merge changed in a dataset.
 *
 * @example mergedWords(payments) // 'Payments: 85 rows arrived, of which 27 are new and 58 have the key of a row that was there and count instead of it where they differ; 26,273 rows now'
 */
export function mergedWords({ dataset, arrived, rows_before: before, rows }: Schemas['MergedRows']): string {
  const name = heading(dataset)
  const added = rows - before
  const now = before === rows ? `${count(rows, 'row')} as before` : `${count(rows, 'row')} now`
  if (arrived < 0)
    return `${name}: ${undoneRowWords(-arrived, -added)}; ${now}${added > 0 ? `, ${whole(before)} before` : ''}`
  if (added < 0 || added > arrived)
    return `${name}: ${count(arrived, 'row')} arrived; ${now}, ${whole(before)} before`
  const others = arrived - added
  const parts = [
    added > 0 ? `${whole(added)} ${added === 1 ? 'is' : 'are'} new` : '',
    others > 0
      ? `${whole(others)} ${others === 1 ? 'has the key of a row that was there and counts' : 'have the key of a row that was there and count'} instead of it where ${others === 1 ? 'it differs' : 'they differ'}`
      : '',
  ].filter(Boolean)
  return `${name}: ${count(arrived, 'row')} arrived${parts.length > 0 ? `, of which ${parts.join(' and ')}` : ''}; ${now}`
}

/** The rows of undone files: those that left the table, and those of which another file has the key. */
function undoneRowWords(undone: number, left: number): string {
  const files = `files with ${count(undone, 'accepted row')} were undone`
  if (left < 0 || left > undone) return files
  const parts = [
    left > 0 ? `${count(left, 'row')} left the table` : '',
    undone > left
      ? `${whole(undone - left)} ${undone - left === 1 ? 'stays' : 'stay'} with the values of other files`
      : '',
  ].filter(Boolean)
  return `${files}: ${parts.join(', and ')}`
}

type Run = Pick<Schemas['RunDetail'], 'state' | 'stages' | 'failed_stages'>

/** Why a stage has its state, where the state alone does not say it; empty for one that did its work or may still do it. */
export function reasonOf(
  stage: Schemas['RunStage'],
  run: Run,
  ended: boolean,
  nameOf: (stage: string) => string = stageName,
): string {
  const isAfterStop = run.state === 'aborted' && typeof stage.rows_read === 'number'
  const wentOn = isAfterStop ? ' Its job was not stopped and went on to its end.' : ''
  if (stage.state === 'failed') {
    const why = run.failed_stages[stage.name] ? 'Its reason is above.' : 'Its job recorded no reason.'
    return why + wentOn
  }
  if (stage.state === 'unchanged') return 'Nothing that it reads has changed, so its tables are current.'
  if (stage.state === 'left') return 'The run was started for another system. A run of all systems builds it.'
  if (stage.state !== 'pending') return ''
  if (!ended)
    return stage.name === 'merge' &&
      run.stages.some(({ name, state }) => name === 'queue' && state === 'done')
      ? 'It begins when its computer is ready.'
      : 'It begins when the stages before it have ended.'
  const failed = run.stages.find((other) => other.state === 'failed')
  const verb = run.state === 'aborted' ? 'was stopped' : 'stopped'
  return (failed ? `The run ${verb} at ${nameOf(failed.name)}.` : 'The run ended before it.') + wentOn
}

/** The one job that may build several systems, or do a whole run. */
const SHARED_JOB = 'build_systems'

/** Whether the work of a stage was done again, and how often; its time is that of its own job. */
export function againWords(
  { name, state }: Pick<Schemas['RunStage'], 'name' | 'state'>,
  jobs: Pick<Schemas['RunJob'], 'job' | 'started_at'>[],
): string {
  if (!['done', 'failed', 'running'].includes(state)) return ''
  const own = jobs.filter(({ job }) => job === OWN_JOBS[name] || job === `build_${name.replaceAll('-', '_')}`)
  const shared = jobs.find(({ job }) => job === SHARED_JOB)
  const [first] = own
  if (first && shared && shared.started_at < first.started_at)
    return `A job of all stages, begun ${moment(shared.started_at)}, did not publish it, so a job of its own did the work again. The time is that of its own job.`
  return own.length > 1 ? `Its job was started ${whole(own.length)} times; the time is of all of them.` : ''
}

const OWN_JOBS: Readonly<Record<string, string>> = { merge: 'merge_curated', 'quality gate': 'quality_gate' }

/** Names of stages for people: a system is what its dashboard is called. */
export function useStageNames(): (name: string) => string {
  const boards = useDashboards().data?.dashboards ?? []
  return (name) => boards.find(({ system }) => system === name)?.title ?? stageName(name)
}

/** How a run's stages ended, as an answer. */
export function stagesWords(
  { state: end, stages }: Pick<Run, 'state' | 'stages'>,
  nameOf: (stage: string) => string = stageName,
): string {
  const failed = stages.filter(({ state }) => state === 'failed').map(({ name }) => nameOf(name))
  if (failed.length > 0) return failedWords(failed, end)
  const done = stages.filter(({ state }) => state === 'done' || state === 'unchanged').length
  return done === stages.length
    ? `All ${whole(done)} stages succeeded`
    : `${whole(done)} of ${whole(stages.length)} stages have ended`
}

/** The stages in the order in which they began; those that have not begun last. */
export const byBegin = (stages: Run['stages']): Run['stages'] =>
  [...stages].sort((one, other) => (one.began_at || '9').localeCompare(other.began_at || '9'))

const endOf = (stage: Schemas['RunStage']): number => beginOf(stage) + (stage.seconds ?? 0)
const beginOf = (stage: Schemas['RunStage']): number => Date.parse(`${stage.began_at}Z`) / 1000

/** The seconds between the first begin and the last end in which no stage worked. */
export function idleSeconds(stages: Run['stages']): number {
  const begun = byBegin(stages.filter((stage) => stage.began_at))
  let until = begun[0] ? beginOf(begun[0]) : 0
  return begun.reduce((idle, stage) => {
    const gap = Math.max(0, beginOf(stage) - until)
    until = Math.max(until, endOf(stage))
    return idle + gap
  }, 0)
}

const SHORTEST_GAP_S = 5

/** Why there are gaps between the bars of an ended run; empty where there is none worth a word. */
export function gapWords(stages: Run['stages']): string {
  const idle = idleSeconds(stages)
  const waits = 'A system begins when a computer for it is ready, so it may wait for another system.'
  return idle < SHORTEST_GAP_S
    ? waits
    : `In ${seconds(idle)} of the time no stage worked: the computer of the next one was started. ${waits}`
}

/** A stage with the way to its results: a system's name is a link to its dashboard. */
function StageName({ stage, name }: { stage: string; name: string }) {
  const hasBoard = useDashboards().data?.dashboards.some(({ system }) => system === stage)
  return (
    <Text size="sm">
      {hasBoard ? (
        <Anchor inherit href={`#/dashboards/${encodeURIComponent(stage)}`}>
          {name}
        </Anchor>
      ) : (
        name
      )}
    </Text>
  )
}

/** The tables that a stage writes, as links; the merge writes those of all datasets. */
function StageTables({ stage }: { stage: string }) {
  const written = (useCatalog().data?.tables ?? []).filter(({ system }) => system === stage)
  if (stage === 'merge')
    return (
      <Text size="xs">
        <Anchor inherit href="#/catalog">
          The datasets
        </Anchor>
      </Text>
    )
  if (written.length === 0) return null
  return (
    <Text size="xs">
      {written.map(({ name, system }, place) => (
        <Fragment key={name}>
          {place > 0 ? ', ' : ''}
          <Anchor inherit href={tableAddress(system, name)}>
            {heading(name)}
          </Anchor>
        </Fragment>
      ))}
    </Text>
  )
}

/** Bars by time: when each stage began and how long it took. */
export function Gantt({ run, ended }: { run: Run & Pick<Schemas['RunDetail'], 'jobs'>; ended: boolean }) {
  const nameOf = useStageNames()
  const { stages } = run
  const begun = stages.filter((stage) => stage.began_at)
  if (begun.length === 0)
    return (
      <Empty>No stage has begun: the run is about to start. Each stage is shown here when it begins.</Empty>
    )
  const from = smallestNumber(begun.map(beginOf))
  const span = largestNumber(
    begun.map((stage) => endOf(stage) - from),
    1,
  )
  return (
    <div className="gantt">
      {byBegin(stages).map((stage) => (
        <Fragment key={stage.name}>
          <StageName stage={stage.name} name={nameOf(stage.name)} />
          <div title={stage.began_at ? `began ${moment(stage.began_at)}` : stage.state}>
            {stage.began_at ? (
              <div
                className="gantt-bar"
                style={{
                  marginLeft: `${((beginOf(stage) - from) / span) * 100}%`,
                  width: `${((stage.seconds ?? 0) / span) * 100}%`,
                  background: COLOURS[stage.state] ?? 'transparent',
                }}
              />
            ) : null}
            {[
              reasonOf(stage, run, ended, nameOf),
              againWords(stage, run.jobs),
              work(stage),
              ...stage.datasets.map(mergedWords),
            ]
              .filter(Boolean)
              .map((line) => (
                <Text key={line} size="xs" className="muted">
                  {line}
                </Text>
              ))}
            <StageTables stage={stage.name} />
          </div>
          <Text size="sm" className="number">
            {stateWords(stage, run, ended)}
          </Text>
        </Fragment>
      ))}
    </div>
  )
}
