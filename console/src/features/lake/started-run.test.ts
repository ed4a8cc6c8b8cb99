import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { withStarted } from './queries'

const run = (name: string, started_at = '2026-11-27T12:00:00'): Schemas['RunSummary'] => ({
  name,
  started_at,
  state: 'pending',
  started_by: 'person',
  actor: '',
  seconds: null,
  usd: '',
  has_problems: false,
  failed_stages: {},
  datasets_not_merged: {},
  implausible_tables: {},
})
const now = Date.parse('2026-11-27T12:00:10Z')
const names = (runs: Schemas['Runs']) => runs.runs.map(({ name }) => name)

test('a run that was started here comes first until the API lists it, for a minute at most', () => {
  const listed = { runs: [run('older')] }
  expect(names(withStarted(listed, run('new'), now))).toEqual(['new', 'older'])
  expect(names(withStarted({ runs: [run('new'), run('older')] }, run('new'), now))).toEqual(['new', 'older'])
  expect(names(withStarted(listed, run('new'), now + 60_000))).toEqual(['older'])
  expect(names(withStarted(listed, undefined, now))).toEqual(['older'])
})
