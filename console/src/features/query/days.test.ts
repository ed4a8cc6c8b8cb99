import { expect, test } from 'vitest'

import { isOfDays, withDays } from './days'

const ROWS = [
  ['2026-10-01T00:00:00', '2026-10-01T00:00:00.000', 1],
  ['2026-11-01T00:00:00', '2026-10-01T09:30:00.000', 2],
  [null, null, 3],
]

test('a column of which every moment is midnight has days; one other time leaves it moments', () => {
  expect([0, 1, 2].map((place) => isOfDays(ROWS, place))).toEqual([true, false, false])
  expect(withDays(ROWS).map(([at]) => at)).toEqual(['2026-10-01', '2026-11-01', null])
  expect(withDays(ROWS)[1]?.[1]).toBe('2026-10-01T09:30:00.000')
})
