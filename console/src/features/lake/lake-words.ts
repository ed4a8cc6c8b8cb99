import type { Schemas } from '../../api/client'
import { deedOf, partsOf } from '../../api/commands'
import { count, seconds } from '../../api/format'
import { dayAndTime, moment } from '../../formats/moments'
import { isOfDuplicates } from '../../formats/rules'
import { heading, label } from '../../formats/words'
import { alertName } from '../work/alerts'
import { qualityWords } from './quality-words'

/** Whether a check found something to look at; one that had nothing to check did not. */
export const needsLook = ({ state }: Pick<Schemas['HealthCheck'], 'state'>): boolean =>
  state === 'degraded' || state === 'failed'

/** Whether nothing was sent to the lake yet. */
const hasNoFile = (checks: Pick<Schemas['HealthCheck'], 'name' | 'state'>[]): boolean =>
  checks.some(({ name, state }) => name === 'freshness' && state === 'unknown')

/** The health of the lake as an answer: whether all is well, else which checks need a look and which alerts are open, and how many refused rows wait. */
export function healthWords(
  checks: Pick<Schemas['HealthCheck'], 'name' | 'state'>[],
  waiting = 0,
  alerts: string[] = [],
): string {
  const names = checks.filter(needsLook).map(({ name }) => heading(name).toLowerCase())
  const open = alerts.map(alertName).join(', ')
  const alertWords = open
    ? `${count(alerts.length, 'alert')} ${alerts.length === 1 ? 'is' : 'are'} open: ${open}`
    : ''
  if (names.length === 0 && alertWords) return alertWords
  if (names.length === 0 && hasNoFile(checks)) return 'No file yet: upload the first one'
  if (names.length === 0)
    return waiting > 0
      ? `Everything works; ${count(waiting, 'refused row')} ${waiting === 1 ? 'waits' : 'wait'} for a correction`
      : 'Everything works'
  const look = `${count(names.length, 'check')} ${names.length === 1 ? 'needs' : 'need'} a look: ${names.join(', ')}`
  return [look, alertWords].filter(Boolean).join('; ')
}

type Check = Pick<Schemas['HealthCheck'], 'name' | 'state' | 'message'>

const URGENCY = ['failed', 'degraded']

/** The one thing to do about the lake: that of its most urgent check; undefined where nothing is to be done. */
export function remedyOf(checks: Check[]): { words: string; href: string } | undefined {
  for (const state of URGENCY)
    for (const check of checks) {
      const remedy = check.state === state ? remedyOfCheck(check) : undefined
      if (remedy) return remedy
    }
  return hasNoFile(checks) ? UPLOAD : undefined
}

const UPLOAD = { words: 'Upload a file', href: '#/upload' }

function remedyOfCheck({ name, message }: Check): { words: string; href: string } | undefined {
  if (name === 'files') return { words: 'Open what waits', href: '#/work/files' }
  if (name === 'freshness') return UPLOAD
  const { text: words, href } = qualityWords(message)
  if (words !== message) return { words: 'See the file', href }
  for (const { text, isCommand } of partsOf(message)) {
    const deed = isCommand ? deedOf(text) : undefined
    if (deed && 'href' in deed)
      return { words: deed.words === 'its page' ? 'See the file' : `Open ${deed.words}`, href: deed.href }
  }
  const run = /^Run (\S+) /.exec(message)?.[1]
  return run ? { words: 'See why the run failed', href: `#/runs/${encodeURIComponent(run)}` } : undefined
}

export const isUnderWay = ({ state }: Pick<Schemas['RunSummary'], 'state'>): boolean =>
  state === 'running' || state === 'pending'

/** The run that works, how many wait for its end, and those that have ended, the newest first: runs work one after the other, in the order in which they were started. */
export function runsByStand<Run extends Pick<Schemas['RunSummary'], 'state' | 'started_at'>>(
  runs: Run[],
): { working: Run | undefined; waiting: number; ended: Run[] } {
  const inOrder = runs.toSorted((one, other) => other.started_at.localeCompare(one.started_at))
  const underWay = inOrder.filter(isUnderWay)
  return {
    working: underWay.at(-1),
    waiting: Math.max(0, underWay.length - 1),
    ended: inOrder.filter((run) => !isUnderWay(run)),
  }
}

const waitingWords = (waiting: number): string =>
  waiting === 0 ? '' : waiting === 1 ? '; one more waits' : `; ${waiting} more wait`

/** How long a run took, or has worked so far. */
export function durationWords(
  run: Pick<Schemas['RunSummary'], 'state' | 'seconds' | 'started_at'>,
  now: number,
): string {
  if (run.seconds != null || !isUnderWay(run)) return seconds(run.seconds)
  return `${seconds(Math.max(0, Math.round((now - Date.parse(`${run.started_at}Z`)) / 1000)))} so far`
}

/** How the newest run stands. */
export function runWords(
  runs: Pick<Schemas['RunSummary'], 'state' | 'has_problems' | 'started_at'>[],
): string {
  const { working, waiting, ended } = runsByStand(runs)
  if (working) return `A run is under way, since ${moment(working.started_at)}${waitingWords(waiting)}`
  const [newest] = ended
  if (!newest) return 'No run yet'
  const problems = newest.state === 'succeeded' && newest.has_problems ? ' with problems' : ''
  return `The last run ${STATES[newest.state] ?? `is ${label(newest.state)}`}${problems}, ${dayAndTime(newest.started_at)}`
}

const STATES: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  aborted: 'was stopped',
  timed_out: 'took too long and was stopped',
}

/** How many refused rows wait for a correction: those that are in the lake already are none of them. */
export const waitingRowsOf = (lines: Pick<Schemas['QuarantineLine'], 'rows' | 'rule'>[]): number =>
  lines.reduce((total, { rows, rule }) => total + (isOfDuplicates(rule) ? 0 : rows), 0)

/** How much waits for a person. Duplicates do not, so they are not counted: their number is that of the files of a day. */
export function quarantineWords(
  lines: Pick<Schemas['QuarantineLine'], 'dataset' | 'rows' | 'rule'>[],
): string {
  if (lines.length === 0) return 'Nothing was refused'
  const rows = waitingRowsOf(lines)
  const twice = lines.reduce((total, line) => total + line.rows, 0) - rows
  // A dataset of which a whole file was refused has no refused row.
  const counted = lines.filter((line) => !isOfDuplicates(line.rule) && (rows === 0 || line.rows > 0))
  const datasets = new Set(counted.map(({ dataset }) => dataset)).size
  const where = `in ${count(datasets, 'dataset')}`
  if (lines.every(({ rule }) => isOfDuplicates(rule))) return 'Only duplicates were left out'
  if (rows === 0) return `Files were refused ${where}${twice > 0 ? ', besides duplicates' : ''}`
  return `${count(rows, 'refused row')} ${rows === 1 ? 'waits' : 'wait'} ${where}${twice > 0 ? ', besides duplicates' : ''}`
}
