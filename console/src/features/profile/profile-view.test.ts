import { expect, test } from 'vitest'

import { noPairs } from './profile-view'

const profile = (...rs: number[]) => ({
  columns: [],
  correlations: rs.map((r, at) => ({ left: `a${at}`, right: `b${at}`, r })),
})

test('a profile without columns that move together says why', () => {
  expect(noPairs(profile())).toBe('Fewer than two columns have numbers that vary, so none can move together.')
  expect(noPairs(profile(0.2))).toBe(
    'No numeric columns move together: the correlation of the only pair is below 0.5.',
  )
  expect(noPairs(profile(0.2, -0.1, 0))).toBe(
    'No numeric columns move together: each correlation of the 3 pairs is below 0.5.',
  )
})
