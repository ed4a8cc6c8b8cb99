import { expect, test } from 'vitest'

import { isOfFigures, isOnlyFigures, whyNoFigure } from './figures-of'

const column = (name: string, type = 'double') => ({ name, type })

test('one row of numbers is figures, whatever its columns are called', () => {
  expect(isOfFigures({ columns: [column('_col0')], rows: [[1]] })).toBe(true)
  expect(
    isOfFigures({ columns: [column('guests', 'bigint'), column('at_stake')], rows: [[359, 80.5]] }),
  ).toBe(true)
  // A sum of no row is null, and still a number of its column.
  expect(isOfFigures({ columns: [column('sold')], rows: [[null]] })).toBe(true)
})

test('what cannot be one figure says what is missing', () => {
  expect(whyNoFigure({ columns: [column('sold')], rows: [[1], [2]] })).toMatch(/^One figure needs one row/)
  expect(whyNoFigure({ columns: [column('sold'), column('hall', 'varchar')], rows: [['a', 1]] })).toMatch(
    /^One figure needs numbers, and hall is none\./,
  )
  expect(whyNoFigure({ columns: [column('hall_id', 'bigint')], rows: [[7]] })).toContain('hall_id is none')
  expect(whyNoFigure({ columns: 'abcdefg'.split('').map((name) => column(name)), rows: [[1]] })).toMatch(
    /^At most 6 figures/,
  )
  expect(whyNoFigure({ columns: [column('sold')], rows: [] })).toBe('The statement answers no row today.')
})

test('one row of measures has figures in place of a chart of one point, and one of a group a bar', () => {
  const columns = [column('guests', 'bigint'), column('revenue'), column('per_guest')]
  const sql = 'SELECT count(*) AS guests, sum(paid) AS revenue, avg(paid) AS per_guest FROM stays'
  expect(isOnlyFigures({ columns, rows: [[3, 60, 20]], query: { sql } })).toBe(true)
  expect(
    isOnlyFigures({
      columns,
      rows: [
        [3, 60, 20],
        [4, 80, 20],
      ],
      query: { sql },
    }),
  ).toBe(false)
  const grouped = 'SELECT floors, count(*) AS guests FROM stays GROUP BY floors'
  const ofGroup = [column('floors', 'bigint'), column('guests', 'bigint')]
  expect(isOnlyFigures({ columns: ofGroup, rows: [[2, 3]], query: { sql: grouped } })).toBe(false)
  expect(isOnlyFigures({ columns: [column('year', 'bigint'), column('guests')], rows: [[2010, 3]] })).toBe(
    false,
  )
})
