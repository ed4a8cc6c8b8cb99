import { expect, test } from 'vitest'

import { sectionsOf, wideInOrder, wideOf } from './board'

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

test('a panel has the width that its dashboard states', () => {
  const panels = [
    { name: 'a', kind: 'table' as const, width: 'half' as const },
    { name: 'b', kind: 'table' as const, width: 'half' as const },
    { name: 'c', kind: 'bar' as const, width: 'full' as const },
    { name: 'd', kind: 'bar' as const, width: 'half' as const },
  ]
  expect([...wideInOrder(panels, {})].map(({ name }) => name)).toEqual(['c'])
})

test('panels in the order that a person chose leave no gap, and figures stay among them', () => {
  const panels = [
    { name: 'a', kind: 'bar' as const },
    { name: 'b', kind: 'table' as const },
    { name: 'c', kind: 'bar' as const },
    { name: 'd', kind: 'line' as const },
    { name: 'e', kind: 'kpi' as const },
    { name: 'f', kind: 'line' as const },
  ]
  const sections = sectionsOf(panels).map((each) => each.map(({ name }) => name).join(''))
  expect(sections).toEqual(['abcd', 'e', 'f'])
  expect([...wideInOrder(panels.slice(0, 4), {})].map(({ name }) => name)).toEqual(['a', 'b'])
  expect([...wideInOrder(panels.slice(2, 4), { c: 'none' })].map(({ name }) => name)).toEqual(['d'])
})
