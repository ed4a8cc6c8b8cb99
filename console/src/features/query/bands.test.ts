import { expect, test } from 'vitest'

import { bandStep } from './bands'
import { drawn } from './drawn-chart'

const SQL =
  'select floor(weight/100)*100 as bucket, count(*) n from parcels where is_paid group by 1 order by 1'
const NAMES = ['bucket', 'n']
const COLUMNS = [
  { name: 'bucket', type: 'double' },
  { name: 'n', type: 'bigint' },
]
const ROWS = [0, 100, 300, 900].map((bucket, at) => [bucket, 10 - at])

test('a column that rounds a number down makes bands, whose width is their smallest distance', () => {
  expect(bandStep(SQL, NAMES, 'bucket', [300, 0, 100, 900, null])).toBe(100)
  expect(bandStep(SQL, NAMES, 'bucket', ['0.1', '0.2', '0.5'])).toBeCloseTo(0.1)
  const named =
    'select bucket, count(*) n from (select width_bucket(weight, 0, 9, 3) as bucket from t) group by bucket'
  expect(bandStep(named, NAMES, 'bucket', [1, 2, 4])).toBe(1)
})

test('other numbers, few of them and measures make none', () => {
  expect(bandStep(SQL, NAMES, 'bucket', [0, 100, 250])).toBe(0)
  expect(bandStep(SQL, NAMES, 'bucket', [0, 100])).toBe(0)
  expect(bandStep(SQL, NAMES, 'n', [0, 100, 200])).toBe(0)
  const plain = 'select weight, count(*) n from parcels group by 1'
  expect(bandStep(plain, ['weight', 'n'], 'weight', [0, 100, 200])).toBe(0)
})

test('bands are bars on an axis of numbers unless a person chose lines, and none is cut', () => {
  const choice = { x: 'bucket', y: ['n'], series: '' }
  const shown = drawn(COLUMNS, ROWS, choice, SQL)
  expect([shown.panel.kind, shown.step, shown.rows]).toEqual(['bar', 100, ROWS])
  const line = drawn(COLUMNS, ROWS, { ...choice, kind: 'line' }, SQL)
  expect([line.panel.kind, line.step]).toEqual(['line', undefined])
  const many = Array.from({ length: 80 }, (_, at) => [at * 100, 1])
  const all = drawn(COLUMNS, many, { ...choice, kind: 'bar' }, SQL)
  expect([all.rows.length, all.note]).toEqual([80, ''])
})
