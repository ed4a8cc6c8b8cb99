import { expect, test } from 'vitest'

import { distanceOf, nextTo, usesByTable } from './column-uses'

type Use = Parameters<typeof usesByTable>[0][number]
const used = (table: string, column: string, uses: Use['uses'], through: string[] = []): Use => ({
  system: 'own',
  table,
  column,
  uses,
  through,
})

const USES = [
  used('alerts', 'sum', ['TRANSFORMATION'], ['sums', 'history']),
  used('bands', '', ['FILTER']),
  used('bands', 'band', ['CONDITIONAL']),
  used('history', 'n', ['AGGREGATION']),
  used('history', '', ['FILTER', 'GROUP_BY']),
  used('sums', 'total', ['TRANSFORMATION'], ['history']),
]

test('a table is listed once: values first, near tables before far ones, tables that it only decides about last', () => {
  const tables = usesByTable(USES)
  expect(tables.map(({ table }) => table)).toEqual(['history', 'alerts', 'sums', 'bands'])
  expect(tables[0]).toMatchObject({ values: ['n'], decides: ['which rows count', 'how rows are grouped'] })
  expect(tables[3]).toMatchObject({ values: [], choices: ['band'], decides: ['which rows count'] })
})

test('a table is drawn behind the last table on the way to it', () => {
  const tables = usesByTable(USES)
  const of = (name: string) => tables.find(({ table }) => table === name)
  const alerts = of('alerts')
  if (!alerts) throw new Error('no alerts')
  expect(nextTo(alerts, tables)).toEqual(['sums'])
  expect(tables.map((each) => [each.table, distanceOf(each, tables)])).toEqual([
    ['history', 1],
    ['alerts', 3],
    ['sums', 2],
    ['bands', 1],
  ])
})
