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
const places = (last: Record<string, string>) =>
  inPlace(BOARDS, (key) => last[key]).map(({ board: { system } }) => system)

test('sums of money come first from the first paint on, then figures of other things in their order', () => {
  expect(places({})).toEqual(['calls', 'sales', 'fraud', 'searches'])
})

test('the largest sum that this browser showed last comes first', () => {
  expect(places({ 'sales/first': '633000', 'calls/first': '88778.33', 'searches/first': '9746' })).toEqual([
    'sales',
    'calls',
    'fraud',
    'searches',
  ])
})

test('a dashboard without a figure has no place', () => {
  const charts = { system: 'charts', panels: [{ name: 'line', kind: 'line', unit: 'GBP' }] }
  expect(inPlace([charts as unknown as Schemas['Dashboard']], () => undefined)).toEqual([])
})
