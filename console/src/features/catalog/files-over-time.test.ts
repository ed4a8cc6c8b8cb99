import { expect, test } from 'vitest'

import { options } from '../dashboards/chart-options'
import { fileDays } from '../files/file-list'
import { drawn, heightOf, titleOf } from './files-over-time'

const files = (...keys: string[]) => keys.map((key) => ({ key, drift: '' }))

test('a file is said to be like those before it only if it was compared with some', () => {
  expect(titleOf(files('a.csv'))).toBe('1 file with accepted rows so far')
  expect(titleOf(files('a.csv', 'b.csv', 'c.csv'))).toBe(
    '3 files with accepted rows; changes are looked for with 3 files before a file',
  )
  expect(titleOf(files('a.csv', 'b.csv', 'c.csv', 'd.csv'))).toBe(
    '4 files with accepted rows; none differs from those before',
  )
})

test('files of one export are not compared with each other', () => {
  const parts = Array.from({ length: 8 }, (_, at) => `orders/dt=2026-11-27/run=1/part-${at}.csv`)
  expect(titleOf(files(...parts))).toBe(
    '8 files with accepted rows; changes are looked for with 3 files before a file',
  )
  expect(titleOf(files(...parts, 'orders/dt=2026-11-28/run=2/part-0.csv'))).toBe(
    '9 files with accepted rows; none differs from those before',
  )
})

test('files that differ are counted', () => {
  expect(titleOf([...files('a', 'b', 'c'), { key: 'd', drift: 'file: ten times' }])).toBe(
    '4 files with accepted rows; 1 differs from those before',
  )
})

const point = (key: string, received_at: string) => ({
  file_id: key,
  key,
  received_at,
  received: 10,
  accepted: 9,
  quarantined: 1,
  duplicates: 0,
  score: 1,
  parts: {},
  drift: '',
})

test('files of one day are shown by their names, in the order of their numbers', () => {
  const at = '2026-11-29T04:00:00'
  const { panel, rows } = drawn(
    ['sales/m-10.csv', 'sales/m-2.csv', 'sales/m-1.csv'].map((key) => point(key, at)),
    'rows',
  )
  expect([panel.kind, panel.x]).toEqual(['bar', 'file'])
  expect(rows.map(([name]) => name)).toEqual(['m-1.csv', 'm-2.csv', 'm-10.csv'])
})

test('files of one day that are named by months are shown in the order of the months, whatever their language', () => {
  const at = '2026-11-29T04:00:00'
  const names = ['Aug', 'Okt', 'Sep', 'Mai', 'März', 'Dezember'].map((month) => `power/ulm-${month}.csv`)
  const { rows } = drawn(
    names.map((key) => point(key, at)),
    'rows',
  )
  expect(rows.map(([name]) => name)).toEqual(
    ['März', 'Mai', 'Aug', 'Sep', 'Okt', 'Dezember'].map((month) => `ulm-${month}.csv`),
  )
})

test('files of different days are shown at the times of their arrival', () => {
  const days = ['2026-11-27T04:00:00', '2026-11-28T04:00:00', '2026-11-29T04:00:00']
  const { panel, rows } = drawn(
    days.map((at, n) => point(`sales/m-${3 - n}.csv`, at)),
    'quality',
  )
  expect([panel.kind, panel.x]).toEqual(['line', 'received_at'])
  expect(rows.map(([at]) => at)).toEqual(days)
})

test('several files a day for more than one day are shown at their times, each with its own figures', () => {
  const days = ['2026-11-27T04:00:00', '2026-11-28T04:00:00']
  const { panel, rows } = drawn(
    days.flatMap((at) => [1, 2, 3].map((n) => point(`sales/dt=${at.slice(0, 10)}/run=a/part-${n}.csv`, at))),
    'rows',
  )
  expect([panel.kind, panel.x]).toEqual(['line', 'received_at'])
  expect(rows.map(([at]) => at)).toEqual(days.flatMap((at) => [at, at, at]))
})

test('files with the same name in two folders, and two versions of one file, have places of their own', () => {
  const at = '2026-11-29T04:00:00'
  const { rows } = drawn(
    ['sales/north/day.csv', 'sales/south/day.csv', 'sales/total.csv', 'sales/total.csv'].map((key) =>
      point(key, at),
    ),
    'rows',
  )
  expect(rows.map(([place]) => place)).toEqual([
    'north/day.csv',
    'south/day.csv',
    'total.csv',
    'total.csv (2)',
  ])
})

test('files have the names that the list below has, where no two have the same', () => {
  const at = '2026-11-29T04:00:00'
  const points = ['a/part-0.csv', 'a/part-1.csv', 'a/part-2.csv'].map((key) => point(key, at))
  const titles = new Map([
    ['a/part-0.csv', 'Orders, 1 Oct 2010'],
    ['a/part-1.csv', 'Orders, 2 Oct 2010'],
    ['a/part-2.csv', 'Orders, 2 Oct 2010'],
  ])
  const { rows } = drawn(points, 'rows', titles)
  expect(rows.map(([name]) => name)).toEqual(['Orders, 1 Oct 2010', 'part-1.csv', 'part-2.csv'])
})

test('the days of each of twenty files are read beside their bars, also on a phone', () => {
  const keys = Array.from({ length: 20 }, (_, at) => `order_lines/dt=${at}/part-${at}.csv`)
  const days = keys.map((key, at) => {
    const until = `2010-12-${String(at + 9).padStart(2, '0')}`
    return fileDays({ key, dataset: 'order_lines', period: `2009-12-01/${until}` })
  })
  const points = keys.map((key) => point(key, '2026-11-29T04:00:00'))
  const shown = drawn(points, 'rows', new Map(keys.map((key, at) => [key, days[at] ?? ''])))
  for (const isNarrow of [true, false]) {
    const drawing = options({ ...shown, isNarrow, height: heightOf(shown) }, 'light')
    const { axisLabel } = drawing['yAxis'] as { axisLabel: { formatter: (name: string) => string } }
    expect(days.map((each) => axisLabel.formatter(each))).toEqual(days)
  }
  expect(days[0]).toBe('1 Dec 2009 to 9 Dec 2010')
})
