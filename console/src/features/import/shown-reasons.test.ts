import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { showsReasons } from './shown-rows'

const of = (...rows: { column: string; rule: string }[]) => ({ rejected_rows: rows }) as Schemas['DryRun']
const DUPLICATE = { column: '', rule: 'duplicate_key' }
const RAGGED = { column: '', rule: 'ragged_row' }

test('a column of reasons stands beside rows that are refused as a whole, and beside duplicates alone', () => {
  expect(showsReasons(of(DUPLICATE), 'all')).toBe(false)
  expect(showsReasons(of(DUPLICATE), 'duplicates')).toBe(true)
  expect(showsReasons(of(DUPLICATE, { column: 'price', rule: 'type' }), 'errors')).toBe(false)
  expect(showsReasons(of(RAGGED), 'errors')).toBe(true)
  expect(showsReasons(of(RAGGED), 'column_2')).toBe(false)
})
