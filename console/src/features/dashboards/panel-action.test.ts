import { expect, test } from 'vitest'

import { actionOf } from './panel-action'

const panel = { action: 'Plan with it.' }
const columns = [
  { name: 'value', type: 'double' },
  { name: 'title_action', type: 'varchar' },
]

test('the action of the answer replaces that of the panel', () => {
  expect(actionOf(panel, { columns, rows: [[1, 'Do not plan with it.']] })).toBe('Do not plan with it.')
})

test('the first row that states an action counts: a forecast begins with rows of the past', () => {
  expect(
    actionOf(panel, {
      columns,
      rows: [
        [1, null],
        [2, 'Cut it.'],
        [3, 'Wait.'],
      ],
    }),
  ).toBe('Cut it.')
})

test('an answer that states no action leaves that of the panel', () => {
  expect(actionOf(panel, { columns, rows: [[1, null]] })).toBe('Plan with it.')
  expect(actionOf(panel, { columns: columns.slice(0, 1), rows: [] })).toBe('Plan with it.')
  expect(actionOf(panel, undefined)).toBe('Plan with it.')
})
