import { expect, test } from 'vitest'

import { pendingRows } from './pending-rows'

const file = (dataset: string, accepted: number, finished_at: string) => ({ dataset, accepted, finished_at })

test('rows that were accepted after the newest run began wait for the next one', () => {
  const files = [
    file('orders', 7, '2026-01-02T09:00:00'),
    file('orders', 5, '2026-01-02T10:00:00'),
    file('payments', 30, '2026-01-02T10:00:00'),
    file('parts', 9, '2026-01-01T10:00:00'),
    file('parts', 0, '2026-01-02T10:00:00'),
  ]
  const runs = [
    { state: 'failed' as const, started_at: '2026-01-02T11:00:00' },
    { state: 'succeeded' as const, started_at: '2026-01-02T08:00:00' },
  ]
  expect(pendingRows(files, runs)).toEqual([
    { dataset: 'payments', rows: 30 },
    { dataset: 'orders', rows: 12 },
  ])
  expect(pendingRows(files, []).map(({ rows }) => rows)).toEqual([30, 12, 9])
})
