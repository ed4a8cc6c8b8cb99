import { expect, test } from 'vitest'

import { bracketsOf, endOf } from './statement-brackets'

const textsOf = (sql: string) => bracketsOf(sql).map(({ open, close }) => sql.slice(open + 1, close))

test('brackets are pairs in the order in which they open, and each knows those around it', () => {
  const sql = 'select f((a), b) from (select 1)'
  expect(textsOf(sql)).toEqual(['(a), b', 'a', 'select 1'])
  expect(bracketsOf(sql).map(({ around }) => around?.open)).toEqual([undefined, 8, undefined])
})

test('brackets in texts, names in quotes and comments are none', () => {
  expect(textsOf(`select ')', "a(", (b) /* ( */ -- (`)).toEqual(['b'])
})

test('a bracket that nothing closes ends with the statement, and one that nothing opens is passed over', () => {
  const sql = 'a) (b (c)'
  expect(textsOf(sql)).toEqual(['b (c)', 'c'])
  expect(bracketsOf(sql).map(({ isClosed }) => isClosed)).toEqual([false, true])
  expect(sql.slice(0, endOf(bracketsOf(sql), 6))).toBe(sql)
})
