import { expect, test } from 'vitest'

import { fileTasks } from './file-tasks'

const file = (key: string, rows: number, state: 'done' | 'rejected' = 'done') => ({
  file_id: key,
  key,
  state,
  rows,
  received: 100,
  received_at: '2024-01-01T00:00:00',
})

test('files of one dataset with rows to fix are one task, a file alone is its own', () => {
  const waiting = [file('orders/a.csv', 3), file('payments/b.csv', 1), file('orders/c.csv', 4)]
  expect(fileTasks(waiting).map(({ text, href, files }) => [text, href, files])).toEqual([
    ['Orders: 7 rows of 200 in 2 files wait for a correction.', '#/work/files', 2],
    ['payments/b.csv: 1 row of 100 waits for a correction.', '#/files/payments%2Fb.csv', 1],
  ])
})

test('a file that was rejected is a task of its own', () => {
  const waiting = [file('orders/a.csv', 3), file('orders/b.csv', 0, 'rejected'), file('orders/c.csv', 1)]
  expect(fileTasks(waiting).map(({ files, label }) => [files, label])).toEqual([
    [2, 'Open the files'],
    [1, 'Open the file'],
  ])
})
