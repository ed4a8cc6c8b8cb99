import { expect, test } from 'vitest'

import {
  countsOf,
  orderWords,
  queueCounts,
  queueItems,
  reasonOf,
  unlistedOf,
  valueLabel,
} from './queue-state'
import { testDecision } from './test-decisions'

const ANSWER = {
  columns: ['item_id', 'subject', 'reason', 'value', 'risk'].map((name) => ({ name })),
  rows: [
    ['1', 'Customer 1', 'silent 43 days', '2412.50', 'high'],
    ['2', 'Customer 2', 'silent 12 days', '100', 'low'],
  ],
}
const decision = (item_id: string, action: string, more = {}) =>
  testDecision(item_id, action, { decided_by: 'ana', ...more })

test('an item is open until an action closes it, and its value is at stake so long', () => {
  expect(countsOf(queueItems(ANSWER, []))).toEqual({
    open: 2,
    done: 0,
    reopened: 0,
    atStake: 2512.5,
    proposed: [],
  })
  expect(countsOf(queueItems(ANSWER, [decision('1', 'called')]))).toEqual({
    open: 1,
    done: 1,
    reopened: 0,
    atStake: 100,
    proposed: [],
  })
})

test('items below the line of those that may wait are counted apart, also those that are not listed', () => {
  const answerOf = (mayWait: boolean[], all: number) => ({
    columns: ['item_id', 'value', 'title_may_wait', 'row_count'].map((name) => ({ name })),
    rows: mayWait.map((waits, at) => [String(at), 10 - at, waits, all]),
  })
  const queue = { actions: [] }
  const cut = answerOf([false, false, true], 9)
  expect(queueCounts(queue, cut, [])).toMatchObject({ open: 9, first: 2, firstValue: 19, mayWait: 7 })
  expect(queueCounts(queue, cut, [decision('2', 'called')])).toMatchObject({ open: 8, first: 2, mayWait: 6 })
  const urgent = answerOf([false, false, false], 9)
  expect(queueCounts(queue, urgent, [])).toMatchObject({ open: 9, first: 3, firstValue: 27, mayWait: 0 })
})

test('a note and an assignment leave it open, and the newest assignment counts', () => {
  const decisions = [
    decision('1', 'note', { note: 'asks again' }),
    decision('1', 'assign', { assignee: 'bea' }),
    decision('1', 'assign', { assignee: 'ana' }),
  ]
  const [item] = queueItems(ANSWER, decisions)
  expect([item?.closedBy, item?.assignee, item?.history.length]).toEqual(['', 'bea', 3])
})

test('what was decided is taken back by the newest decision', () => {
  const [item] = queueItems(ANSWER, [decision('1', 'reopen'), decision('1', 'called')])
  expect(item?.closedBy).toBe('')
})

const RETURNING = [{ name: 'not_now', returns_after_days: 30 }]

test('an item is open again when the days of its decision are over', () => {
  const closedOn = (day: string, action = 'not_now') =>
    queueItems(ANSWER, [decision('1', action)], RETURNING, new Date(day))[0]?.closedBy
  expect([closedOn('2026-12-24T07:59:59Z'), closedOn('2026-12-24T08:00:00Z')]).toEqual(['not_now', ''])
  expect(closedOn('2030-01-01', 'called')).toBe('called')
})

test('the cells that a line does not show are its details', () => {
  expect(queueItems(ANSWER, [])[0]?.details).toEqual([{ name: 'risk', value: 'high' }])
})

test('items that are counted and not listed follow, and the proposed action is known', () => {
  const columns = ['item_id', 'subject', 'proposed', 'row_count'].map((name) => ({ name }))
  const answer = { columns, rows: [['1', 'Transaction 1', 'block', 1609]] }
  expect(unlistedOf(answer)).toBe(1608)
  expect(unlistedOf(ANSWER)).toBe(0)
  expect(queueItems(answer, [])[0]).toMatchObject({ proposed: 'block', details: [{ name: 'proposed' }] })
})

test('open items are counted by the action that is proposed, the commonest first', () => {
  const columns = ['item_id', 'proposed'].map((name) => ({ name }))
  const rows = [
    ['1', 'block'],
    ['2', 'review'],
    ['3', 'review'],
    ['4', 'review'],
  ]
  expect(countsOf(queueItems({ columns, rows }, [decision('4', 'approve')])).proposed).toEqual([
    ['review', 2],
    ['block', 1],
  ])
})

test('what the value is may name a cell, such as the period that it is of', () => {
  const answer = {
    columns: ['item_id', 'title_period'].map((name) => ({ name })),
    rows: [['1', '2009-12-01/2010-12-09']],
  }
  expect(valueLabel({ value_label: 'lost[, {title_period}]' }, answer)).toBe('lost, 1 Dec 2009 to 9 Dec 2010')
  expect(valueLabel({ value_label: 'lost[, {title_period}]' }, ANSWER)).toBe('lost')
  expect(valueLabel({}, ANSWER)).toBe('at stake')
  expect(queueItems(answer, [])[0]?.details).toEqual([])
})

test('the order may name a cell, such as a setting of the lake', () => {
  const answer = { columns: ['item_id', 'title_margin'].map((name) => ({ name })), rows: [['1', '0.35']] }
  const queue = {
    order: 'what is lost, with your margin[ of {title_margin}]',
    units: { title_margin: 'share' },
  }
  expect(orderWords(queue, answer)).toBe('what is lost, with your margin of 35\u00a0%')
  expect(orderWords(queue, ANSWER)).toBe('what is lost, with your margin')
  expect(orderWords({}, answer)).toBe('')
})

test('a reason is about one thing, so an amount that is stored to the cent keeps its cents', () => {
  const [item] = queueItems(
    {
      columns: ['item_id', 'reason', 'amount', 'loss'].map((name) => ({ name })),
      rows: [['1', 'ring about {amount}: {loss} expected', '211.59', 132.456]],
    },
    [],
  )
  expect(item && reasonOf(item, { amount: 'EUR', loss: 'EUR' })).toBe('ring about €211.59: €132 expected')
})
