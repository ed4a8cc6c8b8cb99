import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { testColumn as column, testTable as table } from '../../formats/test-tables'
import {
  amountUnit,
  childrenOf,
  childStatement,
  datasetOf,
  literal,
  rowStatement,
  tablesAbout,
  withoutRepeated,
} from './belonging'

const people = table('people', [
  column('person_id', { primary_key: true, type: 'bigint' }),
  column('email', { personal: true }),
  column('_source_row'),
])
const visits = table(
  'visits',
  [
    column('visit_id', { primary_key: true }),
    column('person_id', { references: 'people.person_id', type: 'bigint' }),
    column('came_at', { type: 'timestamp' }),
    column('updated_at', { type: 'timestamp' }),
  ],
  { newest_by: ['updated_at'] },
)
const fees = table(
  'fees',
  [
    column('fee_id', { primary_key: true }),
    column('visit_id', { references: 'visits.visit_id' }),
    column('hours', { type: 'int', unit: 'hours' }),
    column('rate', { type: 'decimal(12,2)', unit: 'EUR' }),
  ],
  { amount: ['hours', 'rate'] },
)
const scores = table('scores', [column('person_id', { primary_key: true })], {
  system: 'care',
  database: 'prod',
})
const TABLES = [people, scores, visits, fees]

test('a row has the rows of all datasets whose contracts refer to it', () => {
  expect(childrenOf(TABLES, people).map((child) => child.table.name)).toEqual(['visits'])
  expect(childrenOf(TABLES, visits).map((child) => child.table.name)).toEqual(['fees'])
  expect(childrenOf(TABLES, fees)).toEqual([])
  expect(datasetOf(TABLES, 'person_id')).toBe(people)
  expect(tablesAbout(TABLES, 'person_id')).toEqual([scores])
})

test('rows without an amount of their own have the sum of their parts', () => {
  const [child] = childrenOf(TABLES, people)
  const sql = childStatement(TABLES, child as never, '7', true)
  expect(sql).toContain('sum(CAST(c."hours" * c."rate" AS decimal(18, 2))) AS amount')
  expect(sql).toContain('WHERE r."person_id" = 7\nORDER BY r."came_at" DESC')
  expect(sql).toContain('sum(CASE WHEN p.amount < 0 THEN 1 END) OVER () AS title_rows_below_zero')
  expect(sql).not.toContain('updated_at')
  expect(amountUnit(TABLES, visits)).toBe('EUR')
  expect(amountUnit(TABLES, people)).toBe('')
})

test('rows without a time are known by their words, and those of one amount show it once', () => {
  const lines = table(
    'lines',
    [
      column('line_id', { primary_key: true }),
      column('visit_id', { references: 'visits.visit_id' }),
      column('what'),
      column('price', { type: 'decimal(12,2)', unit: 'EUR' }),
    ],
    { amount: ['price'] },
  )
  const sql = childStatement([lines], { table: lines, column: lines.columns[1] as never }, 'V1', true)
  expect(sql).toMatch(/^SELECT r\."what",\s+r\."price",\s+r\."line_id",/)
  expect(sql).not.toContain('AS total')
  expect(sql).toContain('ORDER BY abs(CAST(r."price" AS decimal(18, 2))) DESC')
})

test('columns about people are left out for those who may not see them, and the lake’s own for all', () => {
  const key = people.columns[0] as Schemas['ContractColumn']
  expect(rowStatement(people, key, '7', false)).toBe(
    'SELECT "person_id"\nFROM curated.people\nWHERE "person_id" = 7\nLIMIT 1',
  )
  expect(rowStatement(people, key, '7', true)).toContain('"email"')
})

test('an address is never a part of a statement as it is', () => {
  expect(literal({ type: 'bigint' }, '7 OR 1 = 1')).toBeUndefined()
  expect(literal({ type: 'varchar(9)' }, "7' OR '1' = '1")).toBe("'7'' OR ''1'' = ''1'")
})

test('rows without a time have that of the row that they are a part of, the newest first', () => {
  const rates = table('rates', [column('rate_id', { primary_key: true }), column('what')])
  const lines = table('lines', [
    column('line_id', { primary_key: true }),
    column('visit_id', { references: 'visits.visit_id' }),
    column('rate_id', { references: 'rates.rate_id' }),
    column('hours', { type: 'int' }),
  ])
  const tables = [rates, visits, lines]
  const [ofRate] = childrenOf(tables, rates)
  const sql = childStatement(tables, ofRate as never, 'R1', true)
  expect(sql).toMatch(/^SELECT w\."came_at",/)
  expect(sql).toContain('LEFT JOIN curated.visits AS w ON w."visit_id" = r."visit_id"')
  expect(sql).toContain('ORDER BY w."came_at" DESC')
  // Below the visit itself, all lines have its time.
  const [ofVisit] = childrenOf(tables, visits)
  expect(childStatement(tables, ofVisit as never, 'V1', true)).not.toContain('came_at')
})

test('words that all rows repeat from the row that they belong to are left out', () => {
  const columns = [
    { name: 'name', type: 'varchar' },
    { name: 'pieces', type: 'bigint' },
  ]
  const parent = { columns, rows: [['Lamp', 5]] }
  const names = (rows: (string | number)[][]) =>
    withoutRepeated({ columns, rows }, parent).columns.map(({ name }) => name)
  expect(
    names([
      ['Lamp', 5],
      ['Lamp', 5],
    ]),
  ).toEqual(['pieces'])
  expect(
    names([
      ['Lamp', 5],
      ['Lamp, red', 5],
    ]),
  ).toEqual(['name', 'pieces'])
  expect(names([['Lamp', 5]])).toEqual(['name', 'pieces'])
})
