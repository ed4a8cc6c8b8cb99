import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { testColumn as column, testTable as table } from '../../formats/test-tables'
import {
  amountName,
  amountUnit,
  amountWords,
  childrenOf,
  childStatement,
  datasetOf,
  keptOf,
  literal,
  rowStatement,
  tablesAbout,
  withoutRepeated,
} from './belonging'

const people = table('people', [
  column('person_id', { primary_key: true, type: 'bigint' }),
  column('email', { personal: true }),
  column('_source_row'),
  column('_of_the_lake'),
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
  expect([amountName(TABLES, visits), amountWords(TABLES, visits)]).toEqual(['total_of_fees', ' of fees'])
})

test('money of rows that have parts comes before single amounts, and is said to be theirs', () => {
  const wards = table('wards', [column('ward_id', { primary_key: true })])
  const guests = table('guests', [
    column('guest_id', { primary_key: true }),
    column('ward_id', { references: 'wards.ward_id' }),
  ])
  const cards = table(
    'card_payments',
    [
      column('card_payment_id', { primary_key: true }),
      column('guest_id', { references: 'guests.guest_id' }),
      column('paid', { type: 'decimal(12,2)', unit: 'EUR' }),
    ],
    { amount: ['paid'] },
  )
  const stays = table('stays', [
    column('stay_id', { primary_key: true }),
    column('guest_id', { references: 'guests.guest_id' }),
  ])
  const lines = table(
    'stay_lines',
    [
      column('line_id', { primary_key: true }),
      column('stay_id', { references: 'stays.stay_id' }),
      column('price', { type: 'decimal(12,2)', unit: 'EUR' }),
    ],
    { amount: ['price'] },
  )
  const all = [cards, guests, lines, stays, wards]
  const [ofWard] = childrenOf(all, wards)
  const sql = childStatement(all, ofWard as never, 'W1', true)
  expect(sql).toContain('AS total_of_stays')
  expect(sql).toContain(
    'FROM curated.stay_lines AS c\n  JOIN curated.stays AS t ON t."stay_id" = c."stay_id"',
  )
  expect(sql).toContain(`ON o."guest_id" = t."guest_id"\n  WHERE o."ward_id" = 'W1'\n  GROUP BY t."guest_id"`)
  expect(amountWords(all, guests)).toBe(' of stays')
  // Without stays the cards are said, and a stay's own lines need no name.
  expect(amountWords([cards, guests, wards], guests)).toBe(' of card payments')
  expect([amountName(all, stays), amountWords(all, stays)]).toEqual(['total', ''])
})

test('a thing has one name on all pages: that of its dataset, not the words that each row has of it', () => {
  const articles = table('articles', [column('article_id', { primary_key: true }), column('article_name')])
  const lines = table('lines', [
    column('line_id', { primary_key: true }),
    column('visit_id', { references: 'visits.visit_id' }),
    column('article_id', { references: 'articles.article_id' }),
    column('description'),
  ])
  const tables = [articles, visits, lines]
  const [ofVisit] = childrenOf(tables, visits)
  const sql = childStatement(tables, ofVisit as never, 'V1', true)
  expect(sql).toMatch(/^SELECT coalesce\(n\."article_name", r\."description"\) AS "article_name",/)
  expect(sql).toContain('LEFT JOIN curated.articles AS n ON n."article_id" = r."article_id"')
  expect(keptOf(tables, ofVisit as never)).toEqual(['article_name'])
  // Below the article itself its name is the title of the page.
  const [ofArticle] = childrenOf(tables, articles)
  expect(childStatement(tables, ofArticle as never, 'A1', true)).not.toContain('article_name')
  // A note of a row is its own.
  const noted = table(
    'lines',
    lines.columns.map((one) => (one.name === 'description' ? column('note') : one)),
  )
  expect(
    childStatement(
      [articles, visits, noted],
      { table: noted, column: lines.columns[1] as never },
      'V1',
      true,
    ),
  ).not.toContain('article_name')
})

test('a phone has the time with number and amount, or else with the words', () => {
  const [visit] = childrenOf(TABLES, people)
  expect(keptOf(TABLES, visit as never)).toEqual(['came_at', 'visit_id', 'total_of_fees'])
  const searches = table('searches', [
    column('search_id', { primary_key: true }),
    column('person_id', { references: 'people.person_id' }),
    column('session_id'),
    column('device', { rules: ['one of a, b'] }),
    column('asked_at', { type: 'timestamp' }),
    column('query'),
  ])
  const [search] = childrenOf([people, searches], people)
  expect(keptOf([people, searches], search as never)).toEqual(['asked_at', 'query'])
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

test('columns about people are left out for those who may not see them, and of the lake’s own all but the origin', () => {
  const key = people.columns[0] as Schemas['ContractColumn']
  expect(rowStatement(people, key, '7', false)).toBe(
    'SELECT "person_id", "_source_row"\nFROM curated.people\nWHERE "person_id" = 7\nLIMIT 1',
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
