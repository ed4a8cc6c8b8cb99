import { expect, test } from 'vitest'

import { begunWords, endsOf, fromWords, openPeriod, openWords } from './open-period'

const MONTHS = ['2010-10-01', '2010-11-01', '2010-12-01']
const WEEKS = ['2010-11-22', '2010-11-29', '2010-12-06']

test('a month or week in which the data end is open until their last day', () => {
  expect(openPeriod(MONTHS, '2010-12-09')).toEqual({ place: '2010-12-01', until: '2010-12-09' })
  expect(openPeriod(['2010-11', '2010-12'], '2010-12-09')).toEqual({ place: '2010-12', until: '2010-12-09' })
  expect(openPeriod(['2010-07-01', '2010-10-01'], '2010-12-09')?.place).toBe('2010-10-01')
  expect(openPeriod(['2009-01-01', '2010-01-01'], '2010-12-09')?.place).toBe('2010-01-01')
  expect(openPeriod(WEEKS, '2010-12-09')).toEqual({ place: '2010-12-06', until: '2010-12-09' })
})

test('a period whose last day the data have is complete', () => {
  expect(openPeriod(MONTHS, '2010-12-31')).toBeUndefined()
  expect(openPeriod(MONTHS, '2011-02-01')).toBeUndefined()
  expect(openPeriod(WEEKS, '2010-12-12')).toBeUndefined()
})

test('days, names and a single period are never open', () => {
  expect(openPeriod(['2010-12-08', '2010-12-09'], '2010-12-09')).toBeUndefined()
  expect(openPeriod(['north', 'south'], '2010-12-09')).toBeUndefined()
  expect(openPeriod(['2010-12-01'], '2010-12-09')).toBeUndefined()
  expect(openPeriod(MONTHS, '')).toBeUndefined()
})

test('a filter cuts the last period as the end of the data does, and the earlier of both says until when', () => {
  const until = (day: string) => endsOf(MONTHS.slice(0, 2), '2010-12-09', { from: '', until: day }).open
  expect(until('2010-11-11')).toEqual({ place: '2010-11-01', until: '2010-11-11', isFiltered: true })
  expect(openWords(until('2010-11-11'))).toBe(
    'The period from 1 Nov 2010 is cut: the filter ends on 11 Nov 2010.',
  )
  expect(until('2010-11-30')).toBeUndefined()
  expect(endsOf(MONTHS, '2010-12-09', { from: '', until: '2010-12-20' }).open).toEqual({
    place: '2010-12-01',
    until: '2010-12-09',
  })
  expect(endsOf(MONTHS, '', { from: '', until: '2010-12-20' }).open?.until).toBe('2010-12-20')
})

test('a filter cuts the first period from its own day on', () => {
  const from = (day: string, places = MONTHS) => endsOf(places, '', { from: day, until: '' }).begun
  expect(from('2010-10-12')).toEqual({ place: '2010-10-01', from: '2010-10-12' })
  expect(begunWords(from('2010-10-12'))).toBe(
    'The period from 1 Oct 2010 is cut: the filter begins on 12 Oct 2010.',
  )
  expect(from('2010-11-24', WEEKS)?.place).toBe('2010-11-22')
  expect(from('2010-10-01')).toBeUndefined()
  expect(from('2010-09-12')).toBeUndefined()
  expect(from('2010-12-08', ['2010-12-08', '2010-12-09'])).toBeUndefined()
})

test('the time up to which a day has data is in UTC, as the day itself', () => {
  const begun = { place: '2025-02-15', from: '2025-02-15T13:45:00' }
  expect(fromWords(begun)).toBe('13:45 UTC')
  expect(fromWords({ ...begun, from: '2025-02-15' })).toBe('15 Feb 2025')
})

test('periods to come begin after the last day of the data, also behind one that is not over', () => {
  const months = ['2026-10-01', '2026-11-01', '2026-12-01', '2027-01-01']
  expect(openPeriod(months, '2026-11-28')).toEqual({
    place: '2026-11-01',
    until: '2026-11-28',
    ahead: '2026-12-01',
  })
  expect(openPeriod(months, '2026-11-30')).toEqual({
    place: '2026-12-01',
    until: '2026-11-30',
    ahead: '2026-12-01',
  })
  expect(openPeriod(['2026-11-28', '2026-11-29', '2026-12-02'], '2026-11-29')?.place).toBe('2026-12-02')
  expect(openWords(openPeriod(months, '2026-11-28'))).toBe(
    'The period from 1 Nov 2026 is not over: its data end on 28 Nov 2026. The periods from 1 Dec 2026 are to come, and drawn dashed or pale: the data are as of 28 Nov 2026.',
  )
})
