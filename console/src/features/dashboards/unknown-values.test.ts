import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { testColumn, testTable } from '../../formats/test-tables'
import { impossibleDays, leavesNothing, unknownValues } from './unknown-values'

const REGION = { name: 'region', label: 'Region', column: 'region_id' } as Schemas['DashboardFilter']

const unknownWords = (...of: Parameters<typeof unknownValues>) =>
  unknownValues(...of).map(({ words }) => words)

test('a value that no filter offers is named, and one that is offered or not read yet is none', () => {
  expect(unknownWords([REGION], { region: ['XX'] }, [['GB', 'IE']])).toEqual(['No region is XX.'])
  expect(unknownWords([REGION], { region: ['GB'] }, [['GB', 'IE']])).toEqual([])
  expect(unknownWords([REGION], { region: ['XX'] }, [undefined])).toEqual([])
  expect(unknownWords([REGION], {}, [['GB']])).toEqual([])
})

test('a list without values is withheld, and no value is unknown to it', () => {
  expect(unknownWords([REGION], { region: ['GB'] }, [[]])).toEqual([])
})

test('a label keeps its capitals where its first word has no other letters', () => {
  const wordsOf = (label: string) => unknownWords([{ ...REGION, label }], { region: ['7'] }, [['8']])
  expect(['SKU', 'SKU family', 'Product SKU'].flatMap(wordsOf)).toEqual([
    'No SKU is 7.',
    'No SKU family is 7.',
    'No product SKU is 7.',
  ])
})

test('of several values those that no filter offers are named, and the others still have rows', () => {
  const of = (...values: string[]) => unknownValues([REGION], { region: values }, [['GB', 'IE']])
  expect(of('GB', 'XX')).toMatchObject([{ words: 'No region is XX.', isEmpty: false }])
  expect(of('XX', 'YY')).toMatchObject([{ words: 'No region is XX or YY.', isEmpty: true }])
})

const VISITS = testTable('visits', [
  testColumn('visited_at', { type: 'timestamp' }),
  testColumn('floor', { type: 'integer' }),
])
const END = { tables: ['visits'], column: 'visited_at', panels: [] as string[], through: '' }
const PERIOD = [
  { ...END, name: 'from', label: 'Visited from', is_from: true, is_until: false },
  { ...END, name: 'until', label: 'until', is_from: false, is_until: true },
] as unknown as Schemas['DashboardFilter'][]
const daysOf = (from: string, until: string) =>
  impossibleDays(PERIOD, { from: [from], until: [until] }, [VISITS]).map(({ words }) => words)

test('an end of a period that is no day is named, and so is one that comes before its begin', () => {
  expect(daysOf('2026-12-05', '2026-12-07')).toEqual([])
  expect(daysOf('banana', '2026-13-45')).toEqual([
    '“banana” is no day such as 2026-01-31.',
    '“2026-13-45” is no day such as 2026-01-31.',
  ])
  expect(daysOf('2026-12-07', '2026-12-05')).toEqual([
    '“Visited from”, 7 Dec 2026, is after “until”, 5 Dec 2026.',
  ])
})

test('a bound of numbers is no day', () => {
  const [bound] = PERIOD
  const floors = [{ ...bound, column: 'floor' }] as Schemas['DashboardFilter'][]
  expect(impossibleDays(floors, { from: ['3'] }, [VISITS])).toEqual([])
})

test('an impossible period leaves nothing of what it narrows, and everything of the rest', () => {
  const unknown = impossibleDays(PERIOD, { from: ['banana'] }, [VISITS])
  expect(leavesNothing(unknown, PERIOD, { name: '', sql: 'SELECT 1 FROM visits' })).toBe(true)
  expect(leavesNothing(unknown, PERIOD, { name: '', sql: 'SELECT 1 FROM guests' })).toBe(false)
})
