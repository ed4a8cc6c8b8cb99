import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { failureWords, isOwnFault, leftOut, reasonsOf, runProblems, runState } from './run-problems'
import { stageName } from './stage-names'

const RUN: Schemas['RunDetail'] = {
  name: 'nightly',
  started_at: '',
  state: 'succeeded',
  started_by: 'person',
  actor: '',
  stages: [],
  error: '',
  cause: '',
  jobs: [],
  output: {},
  left_to: '',
  has_problems: false,
  datasets_not_merged: {},
  failed_stages: {},
  implausible_tables: {},
  remedies: {},
}
const PARTIAL = {
  ...RUN,
  has_problems: true,
  datasets_not_merged: { returns: 'a key is missing', orders: 'not unique' },
  failed_stages: { 'retail-copilot': 'AuditError' },
  remedies: { datasets_not_merged: 'Correct the rows.', failed_stages: 'Fix the cause.' },
}

test('a run that succeeded with problems is not shown as one that succeeded', () => {
  expect([RUN, PARTIAL, { ...PARTIAL, state: 'failed' as const }].map(runState)).toEqual([
    'succeeded',
    'succeeded_with_problems',
    'failed',
  ])
})

test('one line names all that a run left out, and says nothing of a run without problems', () => {
  expect(leftOut(PARTIAL)).toBe('not merged: Orders, Returns; failed: Retail copilot')
  expect(leftOut({ ...PARTIAL, failed_stages: {} })).toBe('not merged: Orders, Returns')
  expect(leftOut(RUN)).toBe('')
})

test('each problem has its reason and the remedy of its kind', () => {
  expect(runProblems(PARTIAL)).toEqual([
    { kind: 'dataset', name: 'orders', why: 'not unique', remedy: 'Correct the rows.' },
    { kind: 'dataset', name: 'returns', why: 'a key is missing', remedy: 'Correct the rows.' },
    { kind: 'stage', name: 'retail-copilot', why: 'AuditError', remedy: 'Fix the cause.' },
  ])
  expect(runProblems(RUN)).toEqual([])
})

test('a table that differs from what its inputs imply is a problem of the run', () => {
  const run = { ...RUN, has_problems: true, implausible_tables: { orders: 'Expected 3 rows.' } }
  expect(leftOut(run)).toBe('implausible: Orders')
  expect(runProblems(run)).toEqual([{ kind: 'table', name: 'orders', why: 'Expected 3 rows.', remedy: '' }])
})

test('a fault of a system itself is named without its error, also where the id of the job has hyphens', () => {
  const why =
    'FAILED (run 07797133-5a3f): AuditError: query_patterns: sub_intent: max_length broken by 6 rows (keys a, b)'
  expect(reasonsOf(why)).toEqual(['query_patterns: sub_intent: max_length broken by 6 rows (keys a, b)'])
  expect(isOwnFault(why)).toBe(true)
  expect(isOwnFault('FAILED (run jr_1): GateError: orders: amount: minimum broken by 3 rows')).toBe(false)
})

test('each failed expectation has a line with its column, rows and keys', () => {
  const why =
    'FAILED (run jr_1): GateError: orders: amount: minimum broken by 3 rows (keys A1, A2); status: valid_values broken by 1 rows (keys A9) Data Docs: s3://docs/index.html'
  expect(reasonsOf(why)).toEqual([
    'orders: amount: minimum broken by 3 rows (keys A1, A2)',
    'status: valid_values broken by 1 row (key A9)',
  ])
  expect(reasonsOf('a key is missing')).toEqual(['a key is missing'])
})

test('a failed run is titled by the stage that failed and its first reason', () => {
  const failed = { ...RUN, state: 'failed' as const }
  const nameOf = (stage: string) => stage.toUpperCase()
  const gate = {
    'quality gate': 'payments: amount: minimum broken by 3 rows; total: required broken by 1 rows',
  }
  expect(failureWords({ ...failed, failed_stages: gate }, nameOf)).toBe(
    'QUALITY GATE failed: payments: amount: minimum broken by 3 rows',
  )
  const cause = "own-models: FAILED (run jr_1): QueryError: margins: Could not convert string 'n/a', line 4"
  expect(failureWords({ ...failed, cause }, nameOf)).toBe(
    "OWN-MODELS failed: margins: Could not convert string 'n/a', line 4",
  )
  expect(failureWords({ ...failed, error: 'States.Timeout' }, nameOf)).toBe('The run failed: States.Timeout')
  expect(failureWords({ ...RUN, state: 'timed_out' }, nameOf)).toBe('The run took longer than allowed')
})

test('a run that a person stopped names the same stage in all places, and blames none', () => {
  const run = { ...RUN, state: 'aborted' as const, failed_stages: { merge: 'Stopped to try the retry' } }
  expect(failureWords(run, stageName)).toBe('Merge of new rows was stopped: Stopped to try the retry')
  expect(leftOut(run)).toBe('stopped: Merge of new rows')
  expect(runProblems(run)).toEqual([
    {
      kind: 'stage',
      name: 'merge',
      why: 'Stopped to try the retry',
      remedy: 'Start a run: it does the work that is left.',
      wasStopped: true,
    },
  ])
})

test('a reason of the card-data audit names its column without an address in the store', () => {
  const why =
    'coldchain: the card-data audit found card_number 411111…1111 (1) in s3://lake-curated/increments/coldchain/ab12.parquet, column insured_value, line 13, so the table keeps its last version. Undo the file with these rows (docs/operate/runbook.md).'
  expect(reasonsOf(why)).toEqual([
    'coldchain: the card-data audit found card_number 411111…1111 (1), column insured_value, line 13, so the table keeps its last version. Undo the file with these rows.',
  ])
})
