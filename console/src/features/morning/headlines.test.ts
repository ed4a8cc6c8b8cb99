import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { inPlace } from './headlines'

const board = (system: string, unit: string) =>
  ({ system, panels: [{ name: 'first', kind: 'kpi', unit }] }) as unknown as Schemas['Dashboard']
const BOARDS = [
  board('fraud', 'rows'),
  board('calls', 'GBP'),
  board('searches', 'searches'),
  board('sales', 'GBP'),
]

test('sums of money come first, then figures of other things, each in the order of the dashboards', () => {
  expect(inPlace(BOARDS).map(({ board: { system } }) => system)).toEqual([
    'calls',
    'sales',
    'fraud',
    'searches',
  ])
})

test('a dashboard without a figure has no place', () => {
  const charts = { system: 'charts', panels: [{ name: 'line', kind: 'line', unit: 'GBP' }] }
  expect(inPlace([charts as unknown as Schemas['Dashboard']])).toEqual([])
})
