// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest'

import { forgetStatements, keepStatements, lastStatements } from './last-statements'

const ran = (sql: string, at = 1) => ({ sql, at, rows: 3, hasMore: false })

afterEach(() => localStorage.clear())

test('statements are kept for each person, the newest first and each once', () => {
  keepStatements('ann', [ran('select 1')])
  keepStatements('ann', [ran('select 2')])
  keepStatements('ann', [ran('select 1 ', 5)])
  keepStatements('ben', [ran('select 3')])
  expect(lastStatements('ann').map(({ sql, at }) => [sql, at])).toEqual([
    ['select 1 ', 5],
    ['select 2', 1],
  ])
  expect(lastStatements('eve')).toEqual([])
})

test('thirty statements are kept, and what is none is left out', () => {
  for (let at = 0; at < 40; at += 1) keepStatements('ann', [ran(`select ${at}`)])
  expect(lastStatements('ann')).toHaveLength(30)
  localStorage.setItem('headgate.last-statements.ben', '[1, {"sql": "a"}]')
  expect(lastStatements('ben')).toEqual([])
  localStorage.setItem('headgate.last-statements.ben', '{')
  expect(lastStatements('ben')).toEqual([])
})

test('the statements of all people are forgotten, and nothing else of the browser', () => {
  keepStatements('ann', [ran('select 1')])
  keepStatements('ben', [ran('select 1')])
  localStorage.setItem('other', 'stays')
  forgetStatements()
  expect([lastStatements('ann'), lastStatements('ben')]).toEqual([[], []])
  expect(localStorage.getItem('other')).toBe('stays')
})
