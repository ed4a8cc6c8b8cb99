import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../empty-panel'
import { isUneven, line } from './line'

const PANEL = { ...EMPTY_PANEL, name: 'files', unit: 'rows', x: 'at', y: ['received'] }

test('rows of the same moment are points of their own', () => {
  const rows = [5, 7].map((received) => ({ at: '2026-11-25T11:52:00', received }))
  const { series } = line({ panel: PANEL, rows, scheme: 'light', unitOf: () => '' }) as {
    series: { data: number[] }[]
  }
  expect(series[0]?.data).toEqual([5, 7])
})

test('one series that dwarfs all others asks for a log axis, which has no zero', () => {
  expect(isUneven([[1000], [20], [30]])).toBe(true)
  expect(isUneven([[1000], [200], [30]])).toBe(false)
  expect(isUneven([[1000], [0], [30]])).toBe(false)
  expect(isUneven([[1000], [20]])).toBe(false)
})
