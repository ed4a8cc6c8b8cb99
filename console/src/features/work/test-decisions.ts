import type { Schemas } from '../../api/client'

type Decision = Schemas['Decision']

/** A decision about an item of a queue for tests: without a note, but for what a test states. */
export const testDecision = (item_id: string, action: string, more: Partial<Decision> = {}): Decision => ({
  decision_id: `${item_id} ${action}`,
  queue: 'calls',
  item_id,
  action,
  note: '',
  assignee: '',
  value: '',
  decided_by: 'ann',
  decided_at: '2026-11-24T08:00:00',
  shown: '',
  ...more,
})
