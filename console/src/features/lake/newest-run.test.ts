import { expect, test } from 'vitest'

import { arrivalWords, mergeWords } from './newest-run'

const of = (dataset: string, arrived: number, before = 10, rows = before + arrived) => ({
  dataset,
  arrived,
  rows_before: before,
  rows,
})
const stage = (name: string, more: object = {}) => ({
  name,
  state: 'done' as const,
  began_at: '',
  datasets: [],
  ...more,
})

test('the change of a run names the datasets with most rows', () => {
  expect(arrivalWords([of('parts', 12), of('part_sizes', 191)])).toBe(
    '191 rows of part sizes came in, 12 rows of parts came in',
  )
  expect(arrivalWords([of('parts', -1)])).toBe('1 row of parts left')
  expect(arrivalWords(['a', 'b', 'c', 'd', 'e'].map((name, at) => of(name, 9 - at)))).toMatch(
    /^9 rows of a came in, .*, rows of 2 other datasets changed$/,
  )
})

test('a dataset of which as many rows left as came in changed', () => {
  expect(arrivalWords([of('parts', 0)])).toBe('rows of parts changed')
  expect(arrivalWords([of('parts', 0, 10, 9)])).toBe('rows of parts changed')
})

test('a run says that nothing changed only where its merge has recorded so', () => {
  const words = (stages: Parameters<typeof mergeWords>[0]) => mergeWords(stages, new Set(['parts']))
  expect(words([stage('merge', { rows_read: 0 })])).toBe('no row of a dataset changed')
  expect(words([stage('merge', { rows_read: 5, datasets: [of('parts', 5)] })])).toBe(
    '5 rows of parts came in',
  )
  expect(words([stage('merge', { rows_read: null })])).toBe('')
  expect(words([stage('sales')])).toBe('')
})

test('of figures only the datasets that they are built from are named', () => {
  const stages = [stage('merge', { rows_read: 9, datasets: [of('meters', 499), of('parts', 5)] })]
  expect(mergeWords(stages, new Set(['parts', 'boxes']))).toBe('5 rows of parts came in')
  expect(mergeWords(stages, new Set(['boxes']))).toBe('nothing new came in that they are built from')
  expect(mergeWords(stages, new Set())).toBe('')
})
