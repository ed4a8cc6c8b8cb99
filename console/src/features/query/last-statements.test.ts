// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest'

import { connect, personOfLake } from '../../api/client'
import {
  forgetStatements,
  keepDraft,
  keepStatements,
  lastStatements,
  MAX_DAYS,
  statementDraft,
} from './last-statements'

const NOW = Date.now()
const ran = (sql: string, at = NOW) => ({ sql, at, rows: 3, hasMore: false })

afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

test('statements are kept for each person, the newest first and each once', () => {
  keepStatements('ann', [ran('select 1')])
  keepStatements('ann', [ran('select 2')])
  keepStatements('ann', [ran('select 1 ', NOW + 5)])
  keepStatements('ben', [ran('select 3')])
  expect(lastStatements('ann').map(({ sql, at }) => [sql, at])).toEqual([
    ['select 1 ', NOW + 5],
    ['select 2', NOW],
  ])
  expect(lastStatements('eve')).toEqual([])
})

test('thirty statements are kept, and other values of the browser are left out', () => {
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
  keepDraft('ann', 'select 2')
  localStorage.setItem('other', 'stays')
  expect([statementDraft('ann'), statementDraft('ben')]).toEqual(['select 2', ''])
  forgetStatements()
  expect([lastStatements('ann'), lastStatements('ben')]).toEqual([[], []])
  expect(statementDraft('ann')).toBe('')
  expect(localStorage.getItem('other')).toBe('stays')
})

test('statements of many days ago and times that no date has are left out', () => {
  const day = 24 * 60 * 60 * 1000
  keepStatements('ann', [ran('new', NOW - (MAX_DAYS - 1) * day), ran('old', NOW - (MAX_DAYS + 1) * day)])
  expect(lastStatements('ann').map(({ sql }) => sql)).toEqual(['new'])
  keepStatements('ben', [ran('select 1', 1e300)])
  expect(lastStatements('ben')).toEqual([])
})

test('a browser that refuses its storage keeps and forgets nothing, without an error', () => {
  vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
    throw new Error('refused')
  })
  keepStatements('ann', [ran('select 1')])
  expect(lastStatements('ann')).toEqual([])
  forgetStatements()
  vi.restoreAllMocks()
})

test('the same person of two lakes at the same address has the statements of each', () => {
  const person = (lake?: string) => {
    connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined, lake })
    return personOfLake('operator')
  }
  keepStatements(person('a1'), [ran('select 1')])
  expect(lastStatements(person('b2'))).toEqual([])
  expect(lastStatements(person())).toEqual([])
  expect(lastStatements(person('a1'))).toHaveLength(1)
})
