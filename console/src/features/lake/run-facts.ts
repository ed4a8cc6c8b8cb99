import type { Schemas } from '../../api/client'
import { count, seconds as durationWords } from '../../api/format'
import { hourOf, moment } from '../../formats/moments'
import { largestNumber, smallestNumber } from '../../formats/extremes'

/** The cost of a run's jobs as a decimal; empty where no job recorded one. */
export const costOf = (jobs: Schemas['RunJob'][]): string =>
  jobs.length === 0 ? '' : jobs.reduce((sum, job) => sum + Number(job.usd), 0).toFixed(4)

/** Seconds from the first stage's begin to the last one's end; undefined while none has begun. */
export function durationOf(stages: Schemas['RunStage'][]): number | undefined {
  const begun = stages.filter((stage) => stage.began_at)
  if (begun.length === 0) return undefined
  const at = (stage: Schemas['RunStage']) => Date.parse(`${stage.began_at}Z`) / 1000
  return largestNumber(begun.map((stage) => at(stage) + (stage.seconds ?? 0))) - smallestNumber(begun.map(at))
}

/** Seconds since a moment of the API, at a time of this computer; undefined without the moment. */
export const secondsSince = (startedAt: string | undefined, now: number): number | undefined =>
  startedAt ? Math.max(0, Math.round((now - Date.parse(`${startedAt}Z`)) / 1000)) : undefined

export const hasEnded = ({ state }: Pick<Schemas['RunDetail'], 'state'>): boolean =>
  state !== 'running' && state !== 'pending'

/** When the newest run that succeeded began: rows and decisions after it are in no table yet. Empty without such a run. */
export const beganOfTables = (runs: Pick<Schemas['RunSummary'], 'state' | 'started_at'>[]): string =>
  runs.find(({ state }) => state === 'succeeded')?.started_at ?? ''

/** A run whose working stages have worked until now; the answer about it may be minutes old. */
export const runAt = (run: Schemas['RunDetail'], now: number): Schemas['RunDetail'] =>
  hasEnded(run)
    ? run
    : {
        ...run,
        stages: run.stages.map((stage) =>
          stage.state === 'running' && stage.began_at
            ? { ...stage, seconds: secondsSince(stage.began_at, now) }
            : stage,
        ),
      }

/** The usual duration is that of so many runs at most, and of two runs each is named. */
const MOST_USUAL = 5
const MIN_USUAL = 3

/** How long other runs took that succeeded, as their middle one; empty without such a run. */
export function usualWords(
  runs: Pick<Schemas['RunSummary'], 'name' | 'state' | 'seconds'>[],
  except: string,
): string {
  const took = runs
    .filter(({ name, state }) => name !== except && state === 'succeeded')
    .flatMap(({ seconds }) => seconds ?? [])
    .slice(0, MOST_USUAL)
    .toSorted((one, other) => one - other)
  const middle = took[Math.floor((took.length - 1) / 2)]
  if (middle === undefined) return ''
  if (took.length === 1) return ` (the last one that succeeded took ${durationWords(middle)})`
  return took.length < MIN_USUAL
    ? ` (the last ${took.length} that succeeded took ${took.map(durationWords).join(' and ')})`
    : ` (usually about ${durationWords(middle)}, by the last ${count(took.length, 'run')} that succeeded)`
}

/** What a title needs to know about a run. */
export interface NamedRun {
  name: string
  started_by: Schemas['RunSummary']['started_by']
  actor?: string | undefined
  started_at?: string | undefined
}

const FROM: [RegExp, string][] = [
  [/^cli-/, ' from the terminal'],
  [/^api-/, ' in the console'],
]

/** Who or what started a run. */
export function startedBy({ name, started_by, actor }: Omit<NamedRun, 'started_at'>): string {
  if (started_by === 'schedule') return 'by the schedule'
  if (started_by === 'new_data') return 'by new data'
  const where = FROM.find(([begin]) => begin.test(name))?.[1] ?? ''
  if (actor) return `by ${actor}${where}`
  return where.trim() || (started_by === 'person' ? 'by a person' : '')
}

const NIGHT_ENDS = 7
const NIGHT_BEGINS = 20

/** A run as people call it: who or what started it, and when. Its name is for programs. */
export function runTitle(run: NamedRun): string {
  const at = run.started_at ? `, ${moment(run.started_at)}` : ''
  if (run.started_by === 'schedule') {
    const hour = run.started_at ? hourOf(run.started_at) : NIGHT_ENDS
    return `${hour < NIGHT_ENDS || hour >= NIGHT_BEGINS ? 'Nightly' : 'Scheduled'} run${at}`
  }
  const by = startedBy(run)
  return `Run${by ? ` started ${by}` : ''}${at}`
}

/** A text of the API with the times of runs instead of their names. */
export const withTimesOfRuns = (text: string, runs: Pick<NamedRun, 'name' | 'started_at'>[]): string =>
  runs.reduce(
    (before, { name, started_at }) =>
      before
        .replaceAll(`Run ${name} `, `The run of ${moment(started_at)} `)
        .replaceAll(`in run ${name}`, `in the run of ${moment(started_at)}`),
    text,
  )
