import { expect, test } from 'vitest'

import { moment } from '../../formats/moments'
import { byAmount, byContent, fileTasks, nameOf } from './file-tasks'

const file = (key: string, rows: number, state: 'done' | 'rejected' = 'done') => ({
  file_id: key,
  key,
  state,
  rows,
  received: 100,
  received_at: '2024-01-01T00:00:00',
  dataset: key.split('/')[0] ?? '',
  reasons: [],
  content_sha256: '',
})

test('files of one dataset with rows to fix are one task, a file alone is its own', () => {
  const waiting = [file('orders/a.csv', 3), file('payments/b.csv', 1), file('orders/c.csv', 4)]
  expect(fileTasks(waiting).map(({ text, href, files }) => [text, href, files])).toEqual([
    ['Orders: 7 rows wait for a correction, in 2 files with 200 rows.', '#/work/files?dataset=orders', 2],
    ['Payments, b.csv: 1 row of 100 waits for a correction.', '#/files/payments%2Fb.csv', 1],
  ])
})

test('a file that was rejected is a task of its own', () => {
  const waiting = [file('orders/a.csv', 3), file('orders/b.csv', 0, 'rejected'), file('orders/c.csv', 1)]
  expect(fileTasks(waiting).map(({ files, label }) => [files, label])).toEqual([
    [1, 'Open the file'],
    [2, 'Open the files'],
  ])
})

test('a file of which no row is in comes first, then the dataset with the most rows to fix', () => {
  const waiting = [file('a/x.csv', 1), file('b/x.csv', 9), file('c/x.csv', 0, 'rejected')]
  expect(fileTasks(waiting).map(({ name }) => name)).toEqual(['c/x.csv', 'b/x.csv', 'a/x.csv'])
})

test('queues are in the order of the amounts at stake; those without one keep their order', () => {
  const queues = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  expect(byAmount(queues, { b: 10, c: 300 }).map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  // 26 leaked numbers are not less than an amount of 300.
  const ofUnits = [
    { name: 'money', unit: 'EUR' },
    { name: 'leaks', unit: 'values' },
    { name: 'done', unit: 'values' },
  ]
  expect(byAmount(ofUnits, { money: 300, leaks: 26, done: 0 }).map(({ name }) => name)).toEqual([
    'leaks',
    'money',
    'done',
  ])
})

test('a file is named by its dataset and its own name; the folder of uploads and names of programs say nothing', () => {
  const keys = ['uploads/bikes.csv', 'orders/dt=2010-12-09/part-00005.parquet', 'products/mueller.csv']
  expect(keys.map((key) => nameOf({ key }))).toEqual(['bikes.csv', 'Orders', 'Products, mueller.csv'])
})

test('files are of the dataset that they are in, whatever folder they came into', () => {
  const uploads = ['readings', 'shipments', 'readings'].map((dataset, at) => ({
    ...file(`uploads/${at}.csv`, 2),
    dataset,
  }))
  expect(fileTasks(uploads).map(({ name, files }) => [name, files])).toEqual([
    ['Readings', 2],
    ['uploads/1.csv', 1],
  ])
})

test('a file that was sent again under its name says when each arrived', () => {
  const again = [0, 1].map((hour) => ({
    ...file('uploads/tea.csv', 0, 'rejected'),
    file_id: `f${hour}`,
    received_at: `2020-01-01T1${hour}:00:00`,
  }))
  const texts = fileTasks([...again, file('uploads/coffee.csv', 0, 'rejected')]).map(({ text }) => text)
  expect(texts.map((text) => text.split(': ')[0])).toEqual([
    `tea.csv of ${moment('2020-01-01T10:00:00')}`,
    `tea.csv of ${moment('2020-01-01T11:00:00')}`,
    'coffee.csv',
  ])
})

test('a file that was sent twice with the same content is one task, which says so', () => {
  const tea = (id: string, content_sha256: string) => ({
    ...file('uploads/tea.csv', 0, 'rejected'),
    file_id: id,
    content_sha256,
  })
  const tasks = fileTasks([tea('newest', 'a'), tea('first', 'a')])
  expect(tasks.map(({ text, href, files }) => [text.split(': ')[0], href, files])).toEqual([
    ['tea.csv, sent twice', '#/files/newest', 2],
  ])
  const thrice = [tea('3', 'a'), tea('2', 'a'), tea('1', 'a'), tea('0', 'b')]
  expect(fileTasks(thrice).map(({ files }) => files)).toEqual([3, 1])
  expect(byContent([tea('1', ''), tea('2', '')])).toHaveLength(2) // empty files
})
