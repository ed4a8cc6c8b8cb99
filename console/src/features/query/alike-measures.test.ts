import { expect, test } from 'vitest'

import { alikeMeasures } from './alike-measures'

test('one axis has amounts of one currency, days, shares or counts, and never two of them', () => {
  const columns = [
    { name: 'net', type: 'double', unit: 'GBP' },
    { name: 'back', type: 'double', unit: 'GBP' },
    { name: 'quiet', type: 'int', unit: 'days' },
    { name: 'part', type: 'double', unit: 'share' },
    { name: 'dollars', type: 'double', unit: 'USD' },
    { name: 'orders', type: 'bigint', unit: 'orders' },
    { name: 'rows', type: 'bigint' },
    { name: 'computed', type: 'double' },
  ]
  const others = (...y: string[]) => alikeMeasures(columns, y).others
  expect(others('net', 'back', 'computed')).toEqual([])
  expect(others('net', 'quiet', 'part', 'dollars', 'orders', 'rows')).toEqual([
    'quiet',
    'part',
    'dollars',
    'orders',
    'rows',
  ])
  expect(others('orders', 'rows')).toEqual([])
  expect(others('computed', 'quiet', 'net')).toEqual(['net'])
})
