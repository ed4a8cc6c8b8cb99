import { expect, test } from 'vitest'

import { barOf, firstRow, heightOfWholeRows, placesFor } from './row-window'

const SHOWN = 25

test.each([10, 400, 1_000_000])(
  'the way through %d rows begins at the first and ends at the last',
  (rows) => {
    const shown = Math.min(rows, SHOWN)
    expect(firstRow(0, shown, rows)).toBe(0)
    expect(firstRow(placesFor(rows) - shown, shown, rows) + shown).toBe(rows)
  },
)

test('rows that fit have a place each', () => {
  expect(placesFor(400)).toBe(400)
  expect(firstRow(123, SHOWN, 400)).toBe(123)
})

test('a grid of a million rows is not higher than a browser permits', () => {
  expect(placesFor(1_000_000) * 28).toBeLessThan(17_800_000)
})

test('the last row in view is whole, under a head of one line and of three', () => {
  for (const head of [25, 65]) expect((heightOfWholeRows(320, head) - head - 3) % 28).toBe(0)
  expect(heightOfWholeRows(320, 25)).toBeLessThanOrEqual(320)
  expect(heightOfWholeRows(40, 25), 'at least one row').toBe(56)
  expect(heightOfWholeRows(320, 0), 'a head that is not measured').toBe(320)
})

test('a bar that scrolls sideways is measured, and a grid without one has none', () => {
  expect(barOf({ height: 117, top: 0, bottom: 100 })).toBe(15)
  expect(barOf({ height: 102, top: 0, bottom: 100 })).toBe(0)
  expect(barOf({ height: 0, top: 0, bottom: 0 }), 'an element that is not measured').toBe(0)
})
