import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { work } from './run-stages'

const stage = (amounts: Partial<Schemas['RunStage']>): Schemas['RunStage'] => ({
  name: 'merge',
  state: 'done',
  began_at: '',
  ...amounts,
})

test('a stage says how many rows it read and changed, and which parts it reused', () => {
  const amounts = { rows_read: 12345, rows_changed: 10, parts_reused: 3, parts_rebuilt: 1 }
  expect(work(stage(amounts))).toBe('rows: 12,345 read, 10 changed · parts: 3 reused, 1 rebuilt')
})

test('a stage leaves out what it does not have', () => {
  expect(work(stage({ rows_read: 0, rows_changed: 0, parts_reused: 2, parts_rebuilt: 0 }))).toBe(
    'rows: 0 read · parts: 2 reused',
  )
  expect(work(stage({ rows_read: null }))).toBe('')
})
