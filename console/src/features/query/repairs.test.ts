import { expect, test } from 'vitest'

import { helpOf, repairsOf } from './repairs'

test('a name that does not exist is replaced by one that is offered', () => {
  const said =
    "TABLE_NOT_FOUND: Table 'prod.ordes' does not exist. Did you mean curated.orders or curated.order_items?"
  const { words, offers } = repairsOf(said, 'select * from prod.ordes limit 5')
  expect(words).toBe("Table 'prod.ordes' does not exist. Did you mean curated.orders or curated.order_items?")
  expect(offers).toEqual([
    { name: 'curated.orders', sql: 'select * from curated.orders limit 5' },
    { name: 'curated.order_items', sql: 'select * from curated.order_items limit 5' },
  ])
})

test('a column keeps the alias of its table', () => {
  const said =
    "COLUMN_NOT_FOUND: line 1:8: Column 'o.custmer_id' cannot be resolved. Did you mean customer_id?"
  expect(repairsOf(said, 'select o.custmer_id from orders o').offers).toEqual([
    { name: 'customer_id', sql: 'select o.customer_id from orders o' },
  ])
})

test('another failure has its words only', () => {
  expect(repairsOf('DIVISION_BY_ZERO: Division by zero', 'select 1/0')).toEqual({
    words: 'Division by zero',
    offers: [],
  })
})

test('a keyword with a slip is replaced at its place only', () => {
  const sql = 'select form\nform orders'
  const said = "The statement is not Athena SQL: 'form' is unexpected, line 2, column 1. Did you mean FROM?"
  expect(repairsOf(said, sql).offers).toEqual([{ name: 'FROM', sql: 'select form\nFROM orders' }])
})

test('a function that does not exist is replaced by one with a similar name', () => {
  const said =
    "query q failed: FUNCTION_NOT_FOUND: Function 'cuont' not registered. Did you mean count or concat?"
  expect(repairsOf(said, 'select cuont(*)').offers.map(({ sql }) => sql)).toEqual([
    'select count(*)',
    'select concat(*)',
  ])
})

test('the names of columns help against unknown names only', () => {
  expect(helpOf("COLUMN_NOT_FOUND: Column 'x' cannot be resolved")).toMatch(/names of all columns/)
  expect(helpOf('query q failed: DIVISION_BY_ZERO: Division by zero')).toMatch(/^NULLIF/)
  expect(helpOf('TYPE_MISMATCH: A value of the type TIMESTAMP cannot be used as DOUBLE')).toMatch(
    /to_unixtime/,
  )
  expect(
    helpOf("TYPE_MISMATCH: Cannot apply operator: date - integer. Add or subtract days as INTERVAL '7' DAY."),
  ).toBe('')
  expect(helpOf('2 statements were given. Send one at a time.')).toBe('')
})

test('a clause of another database is replaced by the one of the message', () => {
  const top = 'Athena has no TOP. End the statement with LIMIT 10 instead.'
  expect(repairsOf(top, 'select distinct top 10 a\nfrom t;').offers).toEqual([
    { name: 'LIMIT 10', sql: 'select distinct a\nfrom t\nLIMIT 10' },
  ])
  const paging = 'Athena has OFFSET before LIMIT, line 1, column 17. Write OFFSET 10 LIMIT 5.'
  expect(repairsOf(paging, 'select a from t limit 5 offset 10').offers).toEqual([
    { name: 'OFFSET 10 LIMIT 5', sql: 'select a from t OFFSET 10 LIMIT 5' },
  ])
})

test('a column beside an aggregate is grouped by, before the clauses that follow', () => {
  const said =
    "EXPRESSION_NOT_AGGREGATE: line 1:8: 'hall' must be an aggregate expression or appear in GROUP BY clause. Write GROUP BY hall."
  const offered = (sql: string) => repairsOf(said, sql).offers
  expect(offered('select hall, count(*) from (select 1 as hall limit 5)')).toEqual([
    {
      name: 'GROUP BY hall',
      sql: 'select hall, count(*) from (select 1 as hall limit 5)\nGROUP BY hall',
    },
  ])
  expect(offered("select hall, count(*)\nfrom t where a = 'order by'\norder by 2;")[0]?.sql).toBe(
    "select hall, count(*)\nfrom t where a = 'order by'\nGROUP BY hall\norder by 2;",
  )
})

test('the form of a time is replaced by that of Athena, and format of a time by date_format', () => {
  const said = (form: string, of: string, athenas: string) =>
    `The form '${form}' of ${of} has none of Athena's signs, so each row would have this text. Write date_format(x, '${athenas}').`
  expect(
    repairsOf(said('yyyy', 'format', '%Y'), "select format(ordered_at, 'yyyy'), count(*) from orders").offers,
  ).toEqual([
    { name: "date_format(x, '%Y')", sql: "select date_format(ordered_at, '%Y'), count(*) from orders" },
  ])
  expect(
    repairsOf(said('YYYY-MM', 'date_format', '%Y-%m'), "select date_format(date(at), 'YYYY-MM') from t")
      .offers[0]?.sql,
  ).toBe("select date_format(date(at), '%Y-%m') from t")
})

test('a text in double quotes is offered in single quotes', () => {
  const said =
    "COLUMN_NOT_FOUND: line 1:1: Column 'cancelled' cannot be resolved. A text is in single quotes: 'cancelled'."
  expect(repairsOf(said, 'select 1 from t where status = "cancelled"').offers).toEqual([
    { name: "'cancelled'", sql: "select 1 from t where status = 'cancelled'" },
  ])
})

test('a slip in the first word of a statement is replaced there only', () => {
  const said = "SELCT begins no statement of Athena's SQL. Did you mean SELECT?"
  const sql = '-- selct\nselct selct from t'
  expect(repairsOf(said, sql).offers).toEqual([{ name: 'SELECT', sql: '-- selct\nSELECT selct from t' }])
})

test('an ambiguous column gets its table, and a join on itself the columns of both tables', () => {
  const message =
    "query q1 failed: AMBIGUOUS_NAME: line 1:8: Column 'region_id' is ambiguous. The tables o and r have it. "
  const { words, offers } = repairsOf(
    `${message}Did you mean o.region_id or r.region_id?`,
    'select region_id from orders o join regions r on o.region_id = r.region_id group by region_id',
  )
  expect(words).toMatch(/^Column 'region_id' is ambiguous\. The tables o and r have it\./)
  expect(offers[1]).toEqual({
    name: 'r.region_id',
    sql: 'select r.region_id from orders o join regions r on o.region_id = r.region_id group by r.region_id',
  })
  expect(
    repairsOf(
      `${message}Write o.region_id = r.region_id.`,
      'select * from orders o join regions r on region_id=region_id',
    ).offers,
  ).toEqual([
    {
      name: 'o.region_id = r.region_id',
      sql: 'select * from orders o join regions r on o.region_id = r.region_id',
    },
  ])
})

test('a column by a word of SQL is put in quotes wherever it is a column', () => {
  const said = 'The statement is not Athena SQL: alter is a word of SQL, line 1, column 8. Write "alter".'
  expect(
    repairsOf(said, "select alter, max(alter) from laps where alter > 3 and x = 'alter'").offers,
  ).toEqual([
    { name: '"alter"', sql: `select "alter", max("alter") from laps where "alter" > 3 and x = 'alter'` },
  ])
  const from = 'The statement is not Athena SQL: from is a word of SQL, line 1, column 8. Write "from".'
  expect(repairsOf(from, 'select from, count(*) from trips group by from').offers[0]?.sql).toBe(
    'select "from", count(*) from trips group by "from"',
  )
})

test('a column of another table of the statement is offered with the alias of that table', () => {
  const message =
    "COLUMN_NOT_FOUND: line 1:8: Column 'o.amount' cannot be resolved. orders has no column amount. order_items has it: write i.amount."
  const sql = 'SELECT o.amount FROM orders o JOIN order_items i ON o.order_id = i.order_id'
  expect(repairsOf(message, sql).offers).toEqual([
    { name: 'i.amount', sql: sql.replace('o.amount', 'i.amount') },
  ])
})
