import type { Schemas } from '../../api/client'

/** A run for tests: one that succeeded, but for what a test states. */
export const testRun = (name: string, more: Partial<Schemas['RunSummary']> = {}): Schemas['RunSummary'] => ({
  name,
  state: 'succeeded',
  started_by: 'person',
  actor: '',
  started_at: '2026-11-28T10:00:00',
  seconds: 60,
  usd: '',
  has_problems: false,
  failed_stages: {},
  datasets_not_merged: {},
  implausible_tables: {},
  ...more,
})
