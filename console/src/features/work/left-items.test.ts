import { expect, test } from 'vitest'

import { leftItems } from './left-items'
import { countsOf, shownOf, untaughtOf } from './queue-state'
import { testDecision } from './test-decisions'

const TABLES = [
  { name: 'scores', system: 'own', columns: [{ name: 'payment_id', primary_key: true }] },
] as unknown as Parameters<typeof leftItems>[0]['tables']
const QUEUE = {
  table: 'scores',
  actions: [
    { name: 'block', returns_after_days: 0 },
    { name: 'later', returns_after_days: 3 },
  ],
} as unknown as Parameters<typeof leftItems>[0]['queue']
const ANSWER = { columns: [{ name: 'item_id' }], rows: [['1001']] }
const BEGAN = '2026-11-25T00:00:00'
const of = (decisions: ReturnType<typeof testDecision>[]) =>
  leftItems({ queue: QUEUE, answer: ANSWER, decisions, tables: TABLES, began: BEGAN })

test('a decided item that a run left out stays done with its decision', () => {
  const [item, ...others] = of([
    testDecision('1002', 'note'),
    testDecision('1002', 'block', { value: '9.50' }),
    testDecision('1001', 'block'),
  ])
  expect(others).toEqual([])
  expect(item).toMatchObject({
    id: '1002',
    subject: 'Payment 1002',
    closedBy: 'block',
    value: 9.5,
    reason: 'the newest run does not list payment 1002',
    details: [{ name: 'payment_id', value: '1002' }],
  })
  expect(item?.history).toHaveLength(2)
})

test('it keeps what the list said when it was decided, also after it was opened again', () => {
  const shown = '£212 on 8 Dec 2010, 44.4 % probable'
  const block = testDecision('1002', 'block', { shown })
  expect(of([block])).toMatchObject([{ reason: `${shown}; the newest run does not list payment 1002` }])
  const reopened = testDecision('1002', 'reopen', { decided_at: '2026-11-26T00:00:00' })
  expect(of([reopened, block])[0]?.reason).toMatch(/^£212 on 8 Dec 2010.*; opened again: the next run/)
})

test('one that is opened again can be decided until the next run, and counts as no open item of this one', () => {
  const reopened = [
    testDecision('1002', 'reopen', { decided_at: '2026-11-26T00:00:00' }),
    testDecision('1002', 'block'),
  ]
  const items = of(reopened)
  expect(items).toMatchObject([{ closedBy: '', isLeft: true }])
  expect(countsOf(items)).toMatchObject({ open: 0, done: 0, reopened: 1, atStake: 0 })
  expect(shownOf(items, 'done', 'ann')).toEqual([])
  expect(shownOf(items, 'open', 'ann')).toHaveLength(1)
  expect(untaughtOf(items, BEGAN), 'the next run reads it').toBe(1)
})

test('one that was opened again before the run, and one whose time off the list is over, are nothing of the queue', () => {
  expect(of([testDecision('1002', 'reopen'), testDecision('1002', 'block')])).toEqual([])
  expect(of([testDecision('1003', 'later', { decided_at: '2026-01-01T00:00:00' })])).toEqual([])
})
