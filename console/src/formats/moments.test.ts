import { expect, test } from 'vitest'

import { ago, day, inUtc, kindOfTime, moment, readDay, timeOfDay, weekday } from './moments'

const NOW = new Date('2026-11-24T20:00:00Z')

test('a timestamp is shown in the zone of the person, and in UTC for the tooltip', () => {
  expect(moment('2026-11-23T23:30:00', NOW, 'Europe/Berlin')).toBe('24 Nov, 00:30')
  expect(inUtc('2026-11-23T23:30:00.123')).toBe('2026-11-23 23:30:00 UTC')
})

test('the time of day is that of the person', () => {
  expect(timeOfDay('2026-11-24T03:09:51', 'Europe/Berlin')).toBe('04:09:51')
})

test('a day has no zone', () => {
  expect(day('2024-11-11')).toBe('11 Nov 2024')
  expect(moment('2024-11-11', NOW, 'America/Lima')).toBe('11 Nov 2024')
})

test('another year is named', () => {
  expect(moment('2024-03-01 08:05:00', NOW, 'UTC')).toBe('1 Mar 2024, 08:05')
})

test.each([
  ['2026-11-24T19:59:50', 'just now'],
  ['2026-11-24T18:00:00', '2 hours ago'],
  ['2026-11-23T19:00:00', '1 day ago'],
])('%s was %s', (value, shown) => {
  expect(ago(value, NOW)).toBe(shown)
})

test('a day that the calendar does not have stays as it was written', () => {
  expect([day('2026-11-31'), kindOfTime('2026-11-31'), kindOfTime('2026-02-30T03:04')]).toEqual([
    '2026-11-31',
    undefined,
    undefined,
  ])
})

test('an absent time is a dash, and a text is no time', () => {
  expect(moment(undefined)).toBe('–')
  expect([kindOfTime('2024-01-02'), kindOfTime('2024-01-02T03:04'), kindOfTime('A-1')]).toEqual([
    'day',
    'moment',
    undefined,
  ])
})

test('September is written with three letters, as statements write it', () => {
  expect(day('2010-09-16')).toBe('16 Sep 2010')
  expect(weekday(new Date('2010-09-16T12:00Z'))).toMatch(/^Thursday,? 16 Sep 2010$/)
})

test('a day is read in every form of which the month is certain, and in no other', () => {
  expect(['6 Dec 2010', '2010-12-06', ' 06 december 2010 ', '16 Sept 2010'].map(readDay)).toEqual([
    '2010-12-06',
    '2010-12-06',
    '2010-12-06',
    '2010-09-16',
  ])
  expect(
    ['15.09.2010', '15. 9. 2010', 'Sep 15, 2010', '15th September 2010', '2010/9/15'].map(readDay),
  ).toEqual(Array(5).fill('2010-09-15'))
  expect(['31.02.2010', '15.13.2010', '15.09.10'].map(readDay)).toEqual(Array(3).fill(undefined))
  expect(['31 Feb 2010', '12/06/2010', '2010-13-01', '6 Foo 2010', '6 Dec'].map(readDay)).toEqual(
    Array(5).fill(undefined),
  )
})
