import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import {
  byBegin,
  gapWords,
  idleSeconds,
  mergedWords,
  againWords,
  reasonOf,
  stagesWords,
  stateWords,
  work,
} from './run-stages'
import { stageName } from './stage-names'

const stage = (amounts: Partial<Schemas['RunStage']>): Schemas['RunStage'] => ({
  name: 'merge',
  state: 'done',
  began_at: '',
  datasets: [],
  ...amounts,
})

test('a stage says how many rows it read and wrote, and which parts it reused', () => {
  const amounts = { rows_read: 12345, rows_changed: 10, parts_reused: 3, parts_rebuilt: 1 }
  expect(work(stage(amounts))).toBe('12,345 rows read, 10 written · parts of tables: 3 reused, 1 rebuilt')
})

test('a stage leaves out what it does not have', () => {
  expect(work(stage({ rows_read: 0, rows_changed: 0, parts_reused: 2, parts_rebuilt: 0 }))).toBe(
    '0 rows read · parts of tables: 2 reused',
  )
  expect(work(stage({ rows_read: null }))).toBe('')
})

test('the check of all rows builds no part of a table', () => {
  const gate = stage({ name: 'quality gate', rows_read: 5, parts_reused: 3, parts_rebuilt: 1 })
  expect(work(gate)).toBe('5 rows read · parts of tables: 3 checked before, 1 checked')
})

test('a merge says for each dataset how many rows are new and how many met a row of their key', () => {
  const merged = { dataset: 'payments', arrived: 85, rows_before: 26_246, rows: 26_273 }
  expect(mergedWords(merged)).toBe(
    'Payments: 85 rows arrived, of which 27 are new and 58 have the key of a row that was there and count instead of it where they differ; 26,273 rows now',
  )
  expect(mergedWords({ ...merged, rows_before: 26_273 })).toMatch(
    /85 rows arrived, of which 85 have the key .*; 26,273 rows as before$/,
  )
  expect(mergedWords({ ...merged, rows_before: 0, rows: 85 })).toMatch(/, of which 85 are new; 85 rows now$/)
})

test('rows of undone files leave, and a count that no file explains is given alone', () => {
  const merged = { dataset: 'payments', arrived: -85, rows_before: 26_273, rows: 26_246 }
  expect(mergedWords(merged)).toBe(
    'Payments: files with 85 accepted rows were undone: 27 rows left the table, and 58 stay with the values of other files; 26,246 rows now',
  )
  expect(mergedWords({ ...merged, rows: 26_188 })).toBe(
    'Payments: files with 85 accepted rows were undone: 85 rows left the table; 26,188 rows now',
  )
  expect(mergedWords({ ...merged, rows: 26_273 })).toBe(
    'Payments: files with 85 accepted rows were undone: 85 stay with the values of other files; 26,273 rows as before',
  )
  expect(mergedWords({ ...merged, rows: 26_274 })).toBe(
    'Payments: files with 85 accepted rows were undone; 26,274 rows now, 26,273 before',
  )
  expect(mergedWords({ ...merged, arrived: 0 })).toBe(
    'Payments: 0 rows arrived; 26,246 rows now, 26,273 before',
  )
})

test('stages have names that say what they do for the data', () => {
  expect(['queue', 'merge', 'quality gate', 'own-models'].map(stageName)).toEqual([
    'List of new files',
    'Merge of new rows',
    'Check of all rows',
    'Own models',
  ])
})

test('the time in which no stage worked is added up and explained', () => {
  const at = (began_at: string, took: number) =>
    stage({ began_at: `2026-11-27T16:${began_at}`, seconds: took })
  const stages = [at('40:00', 1), at('40:31', 50), at('40:40', 60), at('41:44', 6)]
  expect(idleSeconds(stages)).toBe(34)
  expect(gapWords(stages)).toContain('In 34 s of the time no stage worked')
  expect(gapWords(stages.slice(0, 1))).not.toContain('no stage worked')
})

test('a stage that wrote rows without reading any says from what', () => {
  expect(work(stage({ rows_read: 0, rows_changed: 292, parts_reused: 2 }))).toBe(
    '292 rows written from results kept of earlier runs; no row had to be read again · parts of tables: 2 reused',
  )
})

test('stages stand in the order in which they began', () => {
  const at = (name: string, began_at: string) => stage({ name, began_at })
  const stages = [at('b', '2024-01-01T00:00:05'), at('later', ''), at('a', '2024-01-01T00:00:01')]
  expect(byBegin(stages).map(({ name }) => name)).toEqual(['a', 'b', 'later'])
})

test('a stage that did not do its work has a reason', () => {
  const of = (state: Schemas['RunStage']['state'], name = 'own-models') => stage({ name, state })
  const gate = 'payments: amount: minimum broken by 3 rows (keys 1, 2, 3); total: required broken by 1 rows'
  const run = {
    state: 'failed' as const,
    stages: [of('failed', 'quality gate'), of('pending')],
    failed_stages: { 'quality gate': gate },
  }
  // The page says it once, among the problems.
  expect(reasonOf(of('failed', 'quality gate'), run, true)).toBe('Its reason is above.')
  expect(reasonOf(of('pending'), run, true)).toBe('The run stopped at Check of all rows.')
  expect(reasonOf(of('failed'), run, true)).toBe('Its job recorded no reason.')
  expect(reasonOf(of('left'), run, true)).toContain('another system')
  expect(reasonOf(of('unchanged'), run, true)).toContain('current')
})

test('a stage that did its work needs no reason', () => {
  const run = { state: 'running' as const, stages: [], failed_stages: {} }
  for (const state of ['done', 'running'] as const) expect(reasonOf(stage({ state }), run, false)).toBe('')
})

test('a stage in which a person stopped the run was stopped, and its job may have gone on', () => {
  const merge = stage({ state: 'failed', seconds: 26 })
  const run = {
    state: 'aborted' as const,
    stages: [merge, stage({ name: 'own-models', state: 'pending' })],
    failed_stages: { merge: 'Stopped to try the retry' },
  }
  expect(stagesWords(run)).toBe('Merge of new rows was stopped')
  expect(stateWords(merge, run, true)).toBe('stopped after 26 s')
  expect(stateWords(merge, { state: 'failed' }, true)).toBe('failed, 26 s')
  expect(reasonOf(merge, run, true)).toBe('Its reason is above.')
  expect(reasonOf({ ...merge, rows_read: 147 }, run, true)).toBe(
    'Its reason is above. Its job was not stopped and went on to its end.',
  )
  const later = stage({ name: 'own-models', state: 'pending', rows_read: 7 })
  expect(reasonOf(later, run, true)).toBe(
    'The run was stopped at Merge of new rows. Its job was not stopped and went on to its end.',
  )
})

test('a stage that a job of its own did again says so, because its time is not that of the first try', () => {
  const job = (name: string, minute: number) => ({ job: name, started_at: `2026-11-29T17:${minute}:00` })
  const failed = { name: 'own-models', state: 'failed' as const }
  expect(againWords(failed, [job('build_systems', 23), job('build_own_models', 26)])).toMatch(
    /^A job of all stages, begun .+, did not publish it, so a job of its own did the work again\./,
  )
  expect(againWords(failed, [job('build_own_models', 26), job('build_own_models', 27)])).toBe(
    'Its job was started 2 times; the time is of all of them.',
  )
  expect(againWords(failed, [job('build_systems', 23)])).toBe('')
  expect(
    againWords({ ...failed, state: 'left' }, [job('build_systems', 23), job('build_own_models', 26)]),
  ).toBe('')
})
