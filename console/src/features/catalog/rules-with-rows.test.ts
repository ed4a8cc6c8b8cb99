import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { brokenWords, newestWith } from './rules-with-rows'

test('a rule that refuses whole files counts no rows', () => {
  expect(brokenWords({ rule: 'type', rows: 2, files: 1, files_rejected: 0 })).toBe('2 rows wait in 1 file')
  expect(brokenWords({ rule: 'duplicate_row', rows: 2, files: 1, files_rejected: 0 })).toBe(
    '2 rows in 1 file',
  )
  expect(brokenWords({ rule: 'empty_file', rows: 0, files: 1, files_rejected: 1 })).toBe(
    '1 whole file refused',
  )
  expect(brokenWords({ rule: 'type', rows: 0, files: 1, files_rejected: 0 })).toBe('1 file')
})

test('the rows of a reason are those of the newest file in which some wait', () => {
  const file = (file_id: string, changed: object) =>
    ({
      file_id,
      key: `a/${file_id}.csv`,
      quarantined: 5,
      duplicates: 0,
      corrected: 0,
      ignored: 0,
      closed_by: '',
      ...changed,
    }) as Schemas['FileSummary']
  const files = [
    file('correction', { key: 'a/corrections/abc-def.csv' }),
    file('corrected', { corrected: 4, ignored: 1 }),
    file('waiting', { corrected: 4 }),
    file('doubled', { duplicates: 2 }),
  ]
  expect(newestWith({ rule: 'type' }, files)?.file_id).toBe('waiting')
  expect(newestWith({ rule: 'duplicate_row' }, files)?.file_id).toBe('doubled')
})
