import { expect, test } from 'vitest'

import { openPeriod } from './open-period'

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

test('a period after the day of the data, such as of a plan, is not open', () => {
  expect(openPeriod(MONTHS, '2010-11-09')).toBeUndefined()
})
