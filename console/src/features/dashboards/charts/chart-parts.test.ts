import { expect, test } from 'vitest'

import { flagRows, markLine } from './chart-parts'

const at = (...places: number[]) => places.map((place) => ({ place, notes: [] }))

test('flags of neighbouring places lie in two rows, and further ones have none', () => {
  expect(flagRows(at(20, 50, 80), 100)).toEqual([0, 0, 0])
  expect(flagRows(at(50, 52, 53, 70), 100)).toEqual([0, 1, null, 0])
})

test('a flag of the first places begins at its line, and none lies on the title of the axis', () => {
  expect(flagRows(at(0, 30), 100)).toEqual([0, 0])
  expect(flagRows(at(0, 3, 30), 100)).toEqual([0, null, 0])
  const { data } = markLine(at(0, 50), 'light', 'xAxis', 100)
  expect(data).toEqual([{ xAxis: 0, label: { align: 'left' } }, { xAxis: 50 }])
})
