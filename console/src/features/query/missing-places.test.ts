import { expect, test } from 'vitest'

import { withMissingPlaces } from './missing-places'

test('days between the points have a place, so that five months are wider than a day', () => {
  const { points, note } = withMissingPlaces(
    [
      ['2026-01-01', 3],
      ['2026-01-02', 4],
      ['2026-01-05', 5],
    ],
    1,
  )
  expect(points).toEqual([
    ['2026-01-01', 3],
    ['2026-01-02', 4],
    ['2026-01-03', null],
    ['2026-01-04', null],
    ['2026-01-05', 5],
  ])
  expect(note).toBe('2 days without a row are not drawn as 0: the line goes on to the next one.')
})

test('months, weeks and quarters keep their step, and the text of a midnight stays', () => {
  const placesOf = (texts: string[]) =>
    withMissingPlaces(
      texts.map((text) => [text, 'DE', 1]),
      2,
    ).points.map(([place]) => place)
  expect(placesOf(['2025-12-01 00:00:00', '2026-01-01 00:00:00', '2026-03-01 00:00:00'])).toEqual([
    '2025-12-01 00:00:00',
    '2026-01-01 00:00:00',
    '2026-02-01 00:00:00',
    '2026-03-01 00:00:00',
  ])
  expect(placesOf(['2026-01-05', '2026-01-12', '2026-01-26'])).toContain('2026-01-19')
  expect(placesOf(['2025-01-01', '2025-04-01', '2025-10-01'])).toHaveLength(4)
})

test('a missing day of several series is one place of the first of them', () => {
  const { points } = withMissingPlaces(
    [
      ['2026-01-01', 'DE', 1],
      ['2026-01-01', 'FR', 2],
      ['2026-01-02', 'FR', 2],
      ['2026-01-04', 'DE', 3],
    ],
    2,
  )
  expect(points.filter(([place]) => place === '2026-01-03')).toEqual([['2026-01-03', 'DE', null]])
})

test.each([
  { texts: ['2026-01-01', '2026-01-02', '2026-01-03'], why: 'nothing is missing' },
  { texts: ['2026-01-01 07:30:00', '2026-01-03 08:00:00'], why: 'moments are no days' },
  { texts: ['1990-01-01', '1990-01-02', '2026-01-03'], why: 'there would be too many places' },
  { texts: ['2026-01-01', 'unknown', '2026-01-03'], why: 'a place is no day' },
  { texts: [], why: 'there are no points' },
])('the points stay as they are: $why', ({ texts }) => {
  const points = texts.map((text) => [text, 1])
  expect(withMissingPlaces(points, 1)).toEqual({ points, note: '' })
})
