import { expect, test } from 'vitest'

import { openPart } from './open-part'
import { queueItems } from './queue-state'
import { testDecision } from './test-decisions'

const ANSWER = {
  columns: ['item_id', 'value', 'proposed', 'amount'].map((name) => ({ name })),
  rows: [
    ['1', 40, 'block', 900],
    ['2', 60, 'review', 100.5],
    ['3', 25, 'review', 50],
  ],
}

test('a figure of the items of a queue follows its decisions: their number, money and proposals', () => {
  const items = queueItems(ANSWER, [testDecision('1', 'block')])
  expect([3, 125, '1050.50', 1, 900].map((value) => openPart(value, items))).toEqual([2, 85, 150.5, 0, 0])
})

test('another figure, and one without a decision, stays', () => {
  const items = queueItems(ANSWER, [testDecision('1', 'block')])
  expect(openPart(77, items)).toBe(77)
  expect(openPart(null, items)).toBe(null)
  expect(openPart(3, queueItems(ANSWER, []))).toBe(3)
})
