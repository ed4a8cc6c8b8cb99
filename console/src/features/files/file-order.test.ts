import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { inOrder, newestPeriodFirst } from './file-order'

type File = Schemas['FileSummary']

const file = (key: string, received_at: string, more: Partial<File> = {}): File => ({
  file_id: key,
  key,
  dataset: 'visits',
  state: 'done',
  size_bytes: 1,
  received_at,
  finished_at: received_at,
  received: 10,
  accepted: 10,
  quarantined: 0,
  ignored: 0,
  same_key: 0,
  duplicates: 0,
  corrected: 0,
  rows: 10,
  acceptance: 'ok',
  quality_score: 1,
  duplicate_of: '',
  content_sha256: '',
  closed_by: '',
  period: '',
  ...more,
})
const of = (month: string, received_at = '2026-11-24T03:00:00') =>
  file(`visits/part-${month}.csv`, received_at, { period: `2026-${month}-01/2026-${month}-28` })
const keysOf = (files: File[]) => files.map(({ key }) => key.replace(/^visits\/(part-)?/, '').slice(0, 2))

test('files of one day are listed by the days that they are of, the newest first', () => {
  const files = [of('12'), of('05', '2026-11-24T03:00:01'), of('02'), of('11', '2026-11-24T02:59:00')]
  expect(keysOf(newestPeriodFirst(files))).toEqual(['12', '11', '05', '02'])
})

test('files of a later day come first, and those without days keep their place before the others of theirs', () => {
  const late = of('01', '2026-11-25T03:00:00')
  const corrections = file('visits/x1.csv', '2026-11-24T09:00:00')
  expect(keysOf(newestPeriodFirst([of('02'), late, of('03'), corrections]))).toEqual(['01', 'x1', '03', '02'])
})

test('a heading orders the files: names by their days or numbers, counts by their size, files without a value last', () => {
  const files = [of('12'), of('02'), of('05')]
  expect(keysOf(inOrder(files, 'file', ({ period }) => period ?? ''))).toEqual(['02', '05', '12'])
  expect(keysOf(inOrder(files, '-file', ({ period }) => period ?? ''))).toEqual(['12', '05', '02'])
  const counted = [
    file('visits/9a.csv', '', { accepted: 9 }),
    file('visits/1b.csv', '', { accepted: 100 }),
    file('visits/0c.csv', '', { accepted: 0 }),
  ]
  const accepted = ({ accepted: rows }: File) => rows || null
  expect(keysOf(inOrder(counted, '-accepted', accepted))).toEqual(['1b', '9a', '0c'])
  expect(keysOf(inOrder(counted, 'accepted', accepted))).toEqual(['9a', '1b', '0c'])
  expect(inOrder(counted, '', accepted)).toBe(counted)
})
