import { expect, test } from 'vitest'

import { wideOf } from './board'

const PANELS = [
  { name: 'categories', kind: 'bar' as const },
  { name: 'trends', kind: 'bar' as const },
  { name: 'accuracy', kind: 'table' as const },
]

const namesOf = (rooms: Parameters<typeof wideOf>[1]) => [...wideOf(PANELS, rooms)].map(({ name }) => name)

test('two charts share a line, and a table has one of its own', () => {
  expect(namesOf({})).toEqual(['accuracy'])
})

test('a chart beside a single sentence, or beside a panel that is left out, has the whole line', () => {
  expect(namesOf({ trends: 'line' })).toEqual(['categories', 'trends', 'accuracy'])
  expect(namesOf({ trends: 'none' })).toEqual(['categories', 'accuracy'])
})
