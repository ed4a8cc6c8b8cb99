import { expect, test } from 'vitest'

import { flagRooms, flagRows, markLine, withMarks } from './chart-parts'

const at = (...places: number[]) => places.map((place) => ({ place, at: place, notes: [] }))

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

test('a flag is as long as its note where nothing is beside it, on the side that has the room', () => {
  const long = 'a supplier of glass raised all of its prices'
  const noted = (...places: number[]) =>
    places.map((place) => ({ place, at: place, notes: [{ note: long } as never] }))
  const [middle] = flagRooms(noted(50), 100)
  expect(middle?.align).toBeUndefined()
  expect(middle?.characters).toBeGreaterThanOrEqual(long.length)
  // Near an edge the flag is on the free side of its line.
  expect(flagRooms(noted(20), 100)[0]).toEqual({ characters: 60, align: 'left' })
  expect(flagRooms(noted(90), 100)[0]).toEqual({ characters: 60, align: 'right' })
  // Neighbours share the room between them.
  expect(flagRooms(noted(40, 60), 100).map(({ characters }) => characters)).toEqual([32, 31])
  expect(flagRooms(noted(50), 100, true)[0]?.characters).toBeLessThanOrEqual(40)
})

test('a mark is drawn at its day, on an axis of numbers below that of the periods', () => {
  const chart = { xAxis: { type: 'category' }, yAxis: {}, series: [{ name: 'sold' }] }
  expect(withMarks(chart, [], 'light', 12)).toBe(chart)
  const marks = [{ place: 3, at: 3.25, notes: [] }]
  const { xAxis, series } = withMarks(chart, marks, 'light', 12) as {
    xAxis: object[]
    series: { xAxisIndex?: number; markLine?: { data: object[] } }[]
  }
  expect(xAxis).toEqual([
    { type: 'category' },
    expect.objectContaining({ type: 'value', show: false, min: -0.5, max: 11.5 }),
  ])
  expect(series[1]).toMatchObject({ xAxisIndex: 1, markLine: { data: [{ xAxis: 3.25 }] } })
})
