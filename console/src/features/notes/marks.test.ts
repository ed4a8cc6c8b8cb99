import { expect, test } from 'vitest'

import { marksOf } from './marks'
import type { Note } from './notes'

const note = (noted_on: string): Note => ({
  annotation_id: noted_on,
  noted_on,
  note: 'flood in the warehouse',
  shown_on: '',
  written_by: 'ana',
  written_at: '2026-03-15T08:00:00',
})
const places = (axis: string[], ...days: string[]) =>
  marksOf(axis, days.map(note)).map(({ place, notes }) => [place, notes.length])
const WEEKS = ['2026-03-02', '2026-03-09', '2026-03-16']

test('a note is marked at the period that has its day', () => {
  expect(places(WEEKS, '2026-03-09')).toEqual([[1, 1]])
  expect(places(WEEKS, '2026-03-14')).toEqual([[1, 1]])
  expect(places(WEEKS, '2026-03-15', '2026-03-16', '2026-03-09')).toEqual([
    [1, 2],
    [2, 1],
  ])
})

test('a note is drawn at its day, between the beginning and the end of its period', () => {
  const drawnAt = (axis: string[], ...days: string[]) => marksOf(axis, days.map(note)).map(({ at }) => at)
  const months = ['2026-02-01', '2026-03-01', '2026-04-01']
  expect(drawnAt(months, '2026-03-16')).toEqual([1])
  const [first = 0] = drawnAt(months, '2026-03-01')
  expect(first).toBeCloseTo(0.5 + 0.5 / 31)
  const [last = 0] = drawnAt(months, '2026-04-30')
  expect(last).toBeCloseTo(2.5, 0)
  // A day is its own period.
  expect(drawnAt(['2026-03-14', '2026-03-15'], '2026-03-14', '2026-03-15')).toEqual([0, 1])
  // Of several notes in a period the first has the line.
  expect(drawnAt(months, '2026-03-20', '2026-03-16')).toEqual([1])
})

test('a day before the first period or after the last has no mark', () => {
  expect(places(WEEKS, '2026-03-01', '2026-03-23')).toEqual([])
  expect(places(WEEKS, '2026-03-22')).toEqual([[2, 1]])
})

test('an axis of moments is marked by its days, and a single period is a day', () => {
  expect(places(['2026-03-14T09:00:00', '2026-03-14T17:00:00'], '2026-03-14')).toEqual([[1, 1]])
  expect(places(['2026-03-14'], '2026-03-14', '2026-03-15')).toEqual([[0, 1]])
})

test('an axis of names, or of days in no order, has no marks', () => {
  expect(places(['bags', 'toys'], '2026-03-14')).toEqual([])
  expect(places(['2026-03-14', '2026-03-02'], '2026-03-14')).toEqual([])
  expect(places([], '2026-03-14')).toEqual([])
})
