import { expect, test } from 'vitest'

import { readBy } from './sources'

const names = (sql: string): string[] =>
  readBy(sql).sources.map(({ database, name }) => (database ? `${database}.${name}` : name))

test('a heading, a column, a text and a comment with the name of a table are no table', () => {
  expect(names('select count(*) as guests, sum(stays) from rooms where nights')).toEqual(['rooms'])
  expect(names('SELECT \'from guests\' AS "from guests" FROM rooms -- from guests\n')).toEqual(['rooms'])
  expect(names('SELECT 1 /* FROM guests\n JOIN stays */ FROM rooms')).toEqual(['rooms'])
  expect(names("SELECT 'it''s from guests' FROM rooms")).toEqual(['rooms'])
})

test('tables are behind FROM and JOIN, behind commas and in brackets, with alias, database and quotes', () => {
  expect(names('SELECT 1 FROM Lake.Guests g, "stays" AS s LEFT JOIN "lake"."rooms" ON a = b, halls')).toEqual(
    ['lake.guests', 'stays', 'lake.rooms', 'halls'],
  )
  expect(names('SELECT 1 FROM awsdatacatalog.lake.guests')).toEqual(['lake.guests'])
  expect(names('SELECT 1 FROM (guests JOIN stays USING (guest_id, day)), rooms')).toEqual([
    'guests',
    'stays',
    'rooms',
  ])
  expect(names('SELECT 1 FROM guests CROSS JOIN UNNEST(ids) AS t (id), rooms')).toEqual(['guests', 'rooms'])
})

test('subselects and both sides of a union are read', () => {
  expect(names('SELECT a / (SELECT sum(a) FROM stays) FROM (SELECT a FROM guests) x, rooms')).toEqual([
    'stays',
    'guests',
    'rooms',
  ])
  expect(
    names('SELECT 1 FROM guests WHERE id IN (SELECT id FROM stays) UNION ALL SELECT 1 FROM rooms'),
  ).toEqual(['guests', 'stays', 'rooms'])
})

test('a subquery that the statement names is no table, except in its own brackets', () => {
  expect(names('WITH guests AS (SELECT 1 AS a) SELECT a FROM guests')).toEqual([])
  expect(names('WITH guests AS (SELECT * FROM guests WHERE a) SELECT a FROM guests, lake.guests')).toEqual([
    'guests',
    'lake.guests',
  ])
  expect(
    names('WITH a (x, y) AS (SELECT 1 FROM stays), "b" AS (SELECT 1 FROM a) SELECT 1 FROM b, a'),
  ).toEqual(['stays'])
  expect(
    names('SELECT 1 FROM (WITH guests AS (SELECT 1) SELECT 1 FROM guests) x JOIN guests ON true'),
  ).toEqual(['guests'])
  expect(names('WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n FROM a) SELECT n FROM a')).toEqual([])
  expect([...readBy('WITH Guests AS (SELECT 1) SELECT 1 FROM guests').own]).toEqual(['guests'])
})

test('FROM of a function and of a comparison names no table', () => {
  expect(names('SELECT extract(year FROM begun), trim(BOTH x FROM guests) FROM stays')).toEqual(['stays'])
  expect(names('SELECT 1 FROM stays WHERE a IS DISTINCT FROM guests')).toEqual(['stays'])
  expect(names('SELECT sum(a) OVER (ORDER BY b, guests), c FROM stays ORDER BY c, guests')).toEqual(['stays'])
})

test('an alias behind a table is kept apart from the words of the statement', () => {
  const aliases = (sql: string) => readBy(sql).sources.map(({ hasAlias }) => hasAlias)
  expect(aliases('SELECT 1 FROM guests g JOIN stays ON true JOIN rooms AS r USING (id)')).toEqual([
    true,
    false,
    true,
  ])
  expect(aliases('SELECT 1 FROM guests WHERE a')).toEqual([false])
})
