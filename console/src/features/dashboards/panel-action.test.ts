import { expect, test } from 'vitest'

import { actionOf, onwardOf } from './panel-action'

const panel = { action: 'Plan with it.' }
const columns = [
  { name: 'value', type: 'double' },
  { name: 'title_action', type: 'varchar' },
]

test('the action of the answer replaces that of the panel', () => {
  expect(actionOf(panel, { columns, rows: [[1, 'Do not plan with it.']] })).toBe('Do not plan with it.')
})

test('an action has cells of its row', () => {
  const rows = [[0.5, 'Look at {value} first.']]
  expect(actionOf(panel, { columns, rows }, { value: 'share' })).toBe('Look at 50\u00a0% first.')
  expect(actionOf(panel, { columns, rows: [[1, 'Send {no_column}.']] })).toBe('Send {no_column}.')
})

test('an action of a later row is about that row, and not about the answer', () => {
  const rows = [
    [1, null],
    [2, 'Cut it.'],
  ]
  expect(actionOf(panel, { columns, rows })).toBe('Plan with it.')
})

test('an answer that states no action leaves that of the panel', () => {
  expect(actionOf(panel, { columns, rows: [[1, null]] })).toBe('Plan with it.')
  expect(actionOf(panel, { columns: columns.slice(0, 1), rows: [] })).toBe('Plan with it.')
  expect(actionOf(panel, undefined)).toBe('Plan with it.')
})

test('an answer names the dashboard on which its first row goes on, and no other address', () => {
  const named = (address: string | null) => ({
    columns: ['title_onward', 'title_onward_words'].map((name) => ({ name, type: 'varchar' })),
    rows: [[address, 'Open the forecast']],
  })
  expect(onwardOf(named('wards?series=ward%3DA1'))).toEqual({
    href: '#/dashboards/wards?series=ward%3DA1',
    words: 'Open the forecast',
  })
  for (const address of [null, 'https://example.com', '//example.com', 'wards?a=b"c'])
    expect(onwardOf(named(address))).toBeUndefined()
  expect(onwardOf(undefined)).toBeUndefined()
})
