import { expect, test } from 'vitest'

import { columnFormats } from '../../formats/columns'
import { withJoinedKeys } from './joined-keys'

const COLUMNS = [
  { name: 'place', type: 'varchar' },
  { name: 'sold', type: 'bigint' },
  { name: 'month_on', type: 'date' },
]

test('on a phone the first column has all keys of a row, and the measures keep their room', () => {
  const shown = { columns: COLUMNS, rows: [['North', 5, '2026-03-01']], formats: columnFormats(COLUMNS, {}) }
  const { columns, rows, formats } = withJoinedKeys(shown, new Set(['place', 'month_on']))
  expect(columns.map(({ name }) => name)).toEqual(['place', 'sold'])
  expect(rows).toEqual([['North · Mar 2026', 5]])
  expect(formats.map(({ heading }) => heading)).toEqual(['Place · Month', 'Sold'])
})

test('a table with one key stays as it is', () => {
  const shown = { columns: COLUMNS, rows: [], formats: columnFormats(COLUMNS, {}) }
  expect(withJoinedKeys(shown, new Set(['place']))).toEqual(shown)
})
