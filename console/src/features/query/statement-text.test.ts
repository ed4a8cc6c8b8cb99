import { expect, test } from 'vitest'

import { readBy } from './sources'
import { groupedBy, orderedBy } from './statement-clauses'
import { selects } from './statement-items'
import { masking, withoutTexts } from './statement-text'

const SQL =
  'SELECT `sold from, a` AS s, "b ""c"", d", \'from x\' /* from y */ FROM t -- group by 9\nGROUP BY `sold from, a`, 2'

test('tables, clauses and columns of a statement are read by one reader of texts, names and comments', () => {
  expect(readBy(SQL).sources.map(({ name }) => name)).toEqual(['t'])
  expect(groupedBy(SQL)).toEqual(['`sold from, a`', '2'])
  expect(selects(SQL)[0]?.map(({ expression }) => expression)).toEqual(['`sold from, a`', '"b ""c"", d"', ''])
})

test('a masked statement keeps the places of its words', () => {
  const masked = masking(SQL)
  expect(masked).toHaveLength(SQL.length)
  expect(masked.indexOf('FROM t')).toBe(SQL.indexOf('FROM t'))
  expect(masked).not.toMatch(/sold|from x|from y|group by 9/)
  expect(withoutTexts(SQL)).toContain('"b ""c"", d"')
  expect(withoutTexts(SQL)).not.toContain('from x')
})

test('an apostrophe that nothing closes hides no clause behind it', () => {
  expect(orderedBy("SELECT a FROM t WHERE b = 'x ORDER BY a")).toEqual(['a'])
})
