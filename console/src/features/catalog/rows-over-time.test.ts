import { expect, test } from 'vitest'

import { hasTotal, laterWords, overTimeWords } from './rows-over-time'

const weeks = (...rows: number[]) => ({
  period: 'week' as const,
  points: rows.map((many, at) => ({
    starts_on: `2026-03-${String(2 + 7 * at).padStart(2, '0')}`,
    rows: many,
  })),
})

test('rows over time are answered by how many a whole period typically has', () => {
  expect(overTimeWords('Paid at', weeks(3, 1200, 1234, 1300), { latestOn: '2026-03-29' })).toBe(
    'About 1,234 rows a week (median), by Paid at',
  )
})

test('a last period that the data do not have to its end is said to be incomplete, and does not count', () => {
  expect(overTimeWords('Paid at', weeks(3, 1200, 1300, 7), { latestOn: '2026-03-24' })).toBe(
    'About 1,250 rows a week (median), by Paid at; the last week has days until 24 Mar 2026 only',
  )
})

test('periods without rows are no typical ones', () => {
  expect(overTimeWords('Paid at', weeks(1, 0, 0, 8, 1), { latestOn: '2026-04-05' })).toBe(
    '1 to 8 rows in each week that has any, most in the week from 23 Mar 2026, by Paid at',
  )
})

test('of two periods all that there is counts', () => {
  expect(overTimeWords('Paid at', weeks(10, 4), { latestOn: '2026-03-10' })).toBe(
    'About 7 rows a week (median), by Paid at; the last week has days until 10 Mar 2026 only',
  )
  expect(overTimeWords('Paid at', weeks(1, 1), { latestOn: '' })).toBe(
    'About 1 row a week (median), by Paid at',
  )
})

test('periods with very different numbers of rows have no typical one: the range and the largest are said', () => {
  const years = {
    period: 'year' as const,
    points: [130, 4502, 0, 118].map((rows, at) => ({ starts_on: `${2009 + at}-01-01`, rows })),
  }
  expect(overTimeWords('Updated at', years, { latestOn: '' })).toBe(
    '118 to 4,502 rows in each year that has any, most in 2010, by Updated at',
  )
  expect(overTimeWords('Paid at', weeks(3, 10, 900, 12, 1000, 14), { latestOn: '' })).toBe(
    '10 to 1,000 rows a week, most in the week from 30 Mar 2026, by Paid at',
  )
})

test('a last day that ends long before midnight, with fewer rows, is said to be incomplete', () => {
  const days = {
    period: 'day' as const,
    points: [96, 96, 96, 96, 60].map((rows, at) => ({ starts_on: `2026-10-1${2 + at}`, rows })),
  }
  expect(overTimeWords('At', days, { latestOn: '2026-10-16', latestAt: '2026-10-16T14:45:00' })).toMatch(
    /^About 96 rows a day \(median\), by At, days in UTC; the last day has rows until 14:45 UTC only$/,
  )
  expect(overTimeWords('At', days, { latestOn: '2026-10-16', latestAt: '2026-10-16T23:45:00' })).toBe(
    'About 96 rows a day (median), by At, days in UTC',
  )
  expect(overTimeWords('At', days, { latestOn: '2026-10-16', latestAt: '2026-10-16' })).toBe(
    'About 96 rows a day (median), by At',
  )
})

test('a first period that the data have from a later day on is said to be incomplete', () => {
  const ends = { latestOn: '2026-03-29', firstAt: '2026-03-07T08:00:00' }
  expect(overTimeWords('Read at', weeks(18, 63, 63, 63), ends)).toBe(
    'About 63 rows a week (median), by Read at, weeks in UTC; the first week has days from 7 Mar 2026 only',
  )
  expect(overTimeWords('Read at', weeks(63, 63, 63, 63), ends)).toBe(
    'About 63 rows a week (median), by Read at, weeks in UTC',
  )
  expect(overTimeWords('Read at', weeks(18, 63, 63, 63), { ...ends, firstAt: '2026-03-02T01:00:00' })).toBe(
    'About 63 rows a week (median), by Read at, weeks in UTC',
  )
})

test('a total is offered of what can be added, and not of states and rates', () => {
  const of = (name: string, unit = '') => hasTotal({ name, unit })
  expect([of('amount', 'USD'), of('energy', 'kWh'), of('weight_kg', 'kg'), of('visits')]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(
    [
      of('strength', 'MPa'),
      of('heat', '°C'),
      of('wind', 'm/s'),
      of('cost', 'USD per hour'),
      of('return_rate'),
    ].some(Boolean),
  ).toBe(false)
})

test('rows of days to come are said, because the chart ends before them', () => {
  expect(laterWords(53, 620, '2026-11-30')).toBe(
    '53 of 620 rows are of days after 30 Nov 2026 and not drawn.',
  )
})
