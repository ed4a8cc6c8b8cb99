import { expect, test } from 'vitest'

import { noPairs } from './profile-view'

const column = (name: string, facts = {}) => ({ name, type: 'int', facts: { rows: 9, top: [], ...facts } })
const profile = (...rs: number[]) => ({
  columns: [column('a'), column('b')],
  correlations: rs.map((r, at) => ({ left: `a${at}`, right: `b${at}`, r })),
})

test('a profile without columns that move together says why', () => {
  expect(noPairs(profile())).toBe(
    'Nothing to compare: it takes two columns of numbers with different values in at least 3 rows.',
  )
  expect(noPairs(profile(0.2))).toBe(
    'No numeric columns move together: the correlation of the only pair is below 0.5.',
  )
  expect(noPairs(profile(0.2, -0.1, 0))).toBe(
    'No numeric columns move together: each correlation of the 3 pairs is below 0.5.',
  )
})

const OF_THOSE_SHOWN =
  'No correlation of at least 0.5 among the columns that were compared and that you may see.'

test('nothing is said of pairs with a column that the reader may not see', () => {
  for (const sign of ['personal', 'sensitive']) {
    const hidden = { name: 'c', type: 'int', facts: { rows: 9, [sign]: true } }
    for (const shown of [profile(), profile(0.2)])
      expect(noPairs({ ...shown, columns: [...shown.columns, hidden] })).toBe(OF_THOSE_SHOWN)
  }
})

test('with more columns than are compared nothing is said of all', () => {
  const columns = Array.from({ length: 201 }, (_, at) => column(`c${at}`))
  expect(noPairs({ ...profile(0.2), columns })).toBe(OF_THOSE_SHOWN)
  expect(noPairs({ ...profile(0.2), columns: columns.slice(1) })).toMatch(/the only pair is below/)
})
