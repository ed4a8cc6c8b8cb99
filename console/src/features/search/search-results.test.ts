import { expect, test } from 'vitest'

import { matching, placesOfFiles, places } from './search-results'

const ALL = places({
  contracts: [
    { zone: 'source', name: 'order_items', id: '', version: '', system: '', description: '', columns: 1 },
    { zone: 'prod', name: 'totals', id: '', version: '', system: 'own', description: '', columns: 1 },
  ],
  systems: [{ name: 'own', tables: [{ name: 'totals', description: '', columns: 1 }], questions: [] }],
  questions: [{ name: 'best', system: 'own', description: 'Which order was best?', sql: ' SELECT 1\n' }],
  boards: [],
  runs: [],
})

test('datasets, tables, questions and pages are found by their words', () => {
  expect(matching(ALL, 'order items').map((place) => place.href)).toEqual(['#/datasets/order_items'])
  expect(matching(ALL, 'totals table').map((place) => place.href)).toEqual(['#/tables/own/totals'])
  expect(matching(ALL, 'best')[0]?.href).toBe('#/query?sql=SELECT%201')
  expect(matching(ALL, 'nothing like it')).toEqual([])
})

test('a title that begins with the words comes first', () => {
  expect(matching(ALL, 'order').map((place) => place.kind)).toEqual(['dataset', 'question'])
})

test('a file leads to its page', () => {
  const file = { file_id: 'f1', key: 'orders/today.csv' } as Parameters<typeof placesOfFiles>[0][0]
  expect(placesOfFiles([file])).toEqual([{ kind: 'file', title: 'orders/today.csv', href: '#/files/f1' }])
})
