import type { Schemas } from '../../api/client'
import { heading } from '../../formats/words'
import { stageName } from './stage-names'

type Named = Schemas['RunSummary']['datasets_not_merged']
type Run = Pick<Schemas['RunSummary'], 'state' | 'has_problems'>

export interface RunProblem {
  kind: 'dataset' | 'stage' | 'table'
  name: string
  why: string
  remedy: string
  wasStopped?: boolean
}

/** The state in the words of `headgate runs`: a run that succeeded may have left out a dataset. */
export const runState = (run: Run): string =>
  run.has_problems && run.state === 'succeeded' ? 'succeeded_with_problems' : run.state

/**
 * What happened to the stages in which a run ended: a person's stop is no failure of theirs.
 *
 * @example failedWords(['Merge of new rows'], 'aborted') // 'Merge of new rows was stopped'
 */
export const failedWords = (names: string[], end: Run['state']): string =>
  `${names.join(', ')} ${end === 'aborted' ? (names.length > 1 ? 'were stopped' : 'was stopped') : 'failed'}`

/** What a run left out in one line; empty if it left out nothing. */
export function leftOut(
  run: Pick<Schemas['RunSummary'], 'state' | 'datasets_not_merged' | 'failed_stages' | 'implausible_tables'>,
  nameOf: (stage: string) => string = stageName,
): string {
  const named: [string, Named, (name: string) => string][] = [
    ['not merged', run.datasets_not_merged, heading],
    [run.state === 'aborted' ? 'stopped' : 'failed', run.failed_stages, nameOf],
    ['implausible', run.implausible_tables, heading],
  ]
  return named
    .map(([what, reasons, words]) => [what, Object.keys(reasons).sort().map(words).join(', ')])
    .filter(([, names]) => names)
    .map((parts) => parts.join(': '))
    .join('; ')
}

/** The reasons of a failure, one a line: a gate names each expectation with its column, rows and keys. Addresses in the store and pages for operators are for others. */
export const reasonsOf = (why: string): string[] =>
  why
    .replace(/\s*Data Docs: s3:\/\/\S+/, '')
    .replace(/ in s3:\/\/\S+?\.parquet(?=,|;|$)/g, '')
    .replace(/ \(docs\/operate\/\S+\.md\)/g, '')
    .replace(/^FAILED \(run [^)]*\): ((Gate|Audit)Error: )?/, '')
    .replace(/broken by 1 rows( \(key)s/g, 'broken by 1 row$1')
    .split('; ')

/** Whether a system made rows that the contract of its own table does not permit: no file can correct it. */
export const isOwnFault = (why: string): boolean => /(^|\): )AuditError: /.test(why)

/** Whether a run failed by faults of systems themselves alone: another run ends in the same way. */
export function isOwnFaultAlone({
  failed_stages: stages,
}: Pick<Schemas['RunSummary'], 'failed_stages'>): boolean {
  const faults = Object.values(stages)
  return faults.length > 0 && faults.every(isOwnFault)
}

const ENDS: Readonly<Record<string, string>> = {
  timed_out: 'The run took longer than allowed',
  aborted: 'The run was stopped',
}

/** Why a run failed, in one sentence: the first stage that failed with its reason, or the cause of the run. */
export function failureWords(
  run: Pick<Schemas['RunDetail'], 'state' | 'failed_stages' | 'error' | 'cause'>,
  nameOf: (stage: string) => string,
  wordsOf: (reason: string) => string = (reason) => reason,
): string {
  const stages = Object.entries(run.failed_stages)
  const [[stage, why] = ['', '']] = stages
  const [own = '', reason = ''] = stage ? [nameOf(stage), why] : ofCause(run.cause, nameOf)
  const first = reasonsOf(reason || run.error)[0] ?? ''
  const state = ENDS[run.state] ?? 'The run failed'
  const names = stages.length > 0 ? stages.map(([name]) => nameOf(name)) : [own]
  return [own ? failedWords(names, run.state) : state, wordsOf(first)].filter(Boolean).join(': ')
}

/** The stage and the reason of a cause such as `own-models: FAILED (run jr_1): QueryError: …`. */
function ofCause(cause: string, nameOf: (stage: string) => string): [string, string] {
  const [, stage = '', reason = ''] = /^([\w-]+): (FAILED \(run [^)]*\): .+)$/s.exec(cause) ?? []
  return stage ? [nameOf(stage), reason.replace(/^(FAILED \(run [^)]*\): )\w+Error: /, '$1')] : ['', cause]
}

const AFTER_STOP = 'Start a run: it does the work that is left.'

/** Each dataset and stage that a run left out, each table that it left implausible, why, and what to do. */
export function runProblems(run: Schemas['RunDetail']): RunProblem[] {
  const of = (kind: RunProblem['kind'], reasons: Named, remedy = ''): RunProblem[] =>
    Object.entries(reasons)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, why]) => ({ kind, name, why, remedy }))
  return [
    ...of('dataset', run.datasets_not_merged, run.remedies.datasets_not_merged),
    ...of('stage', run.failed_stages, run.remedies.failed_stages).map((problem) =>
      run.state === 'aborted' ? { ...problem, wasStopped: true, remedy: AFTER_STOP } : problem,
    ),
    ...of('table', run.implausible_tables, run.remedies.implausible_tables),
  ]
}
