import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { failedBuild } from './failed-build'
import { testRun } from './test-runs'

const run = (
  name: string,
  state: Schemas['RunSummary']['state'],
  failed: Record<string, string> = {},
): Schemas['RunSummary'] => testRun(name, { state, failed_stages: failed })

test('a system that failed in its newest run has old figures until a run builds it', () => {
  const failed = run('b', 'failed', { searches: 'why' })
  expect(failedBuild([failed, run('a', 'succeeded')], 'searches')).toBe(failed)
  expect(failedBuild([run('c', 'running'), failed], 'searches')).toBe(failed)
  expect(failedBuild([run('c', 'succeeded'), failed], 'searches')).toBeUndefined()
  expect(failedBuild([failed], 'churn')).toBeUndefined()
})

test('a run that failed before the system does not say that it was built', () => {
  const failed = run('b', 'failed', { searches: 'why' })
  expect(failedBuild([run('c', 'failed', { merge: 'why' }), failed], 'searches')).toBe(failed)
})
