import { expect, test } from 'vitest'

import { foldedColumns, isTechnical } from './technical-columns'

const names = (columns: { name: string }[]) => columns.map(({ name }) => name)

test('what the gate adds and what every built table ends with is technical; unnamed columns of an answer are not', () => {
  const own = ['_content_sha256', '_source_row', '_raw_key', 'as_of', 'SNAPSHOT_ID']
  expect(own.filter(isTechnical)).toEqual(own)
  expect(['order_id', '_col1', '_col_2', 'as_of_day', 'snapshot'].filter(isTechnical)).toEqual([])
})

test('technical columns are folded, but for a table of nothing else', () => {
  const columns = ['_source_row', 'order_id', 'as_of'].map((name) => ({ name }))
  const { read, folded } = foldedColumns(columns)
  expect([names(read), names(folded)]).toEqual([['order_id'], ['_source_row', 'as_of']])
  expect(names(foldedColumns([{ name: 'as_of' }]).read)).toEqual(['as_of'])
})
