import { expect, test } from 'vitest'

import { rowQuery } from './row-query'

test('the statement of a row compares each key by its type', () => {
  const columns = [
    { name: 'day', type: 'date' },
    { name: 'order', type: 'bigint' },
    { name: 'name', type: 'varchar' },
    { name: 'note', type: 'varchar' },
  ]
  const row = ['2026-01-31', 7, "O'Hara", null]
  const address = rowQuery({ database: 'prod', name: 't' }, columns, row, ['day', 'order', 'name', 'note'])
  expect(decodeURIComponent(address)).toBe(
    `#/query?sql=SELECT *\nFROM prod.t\nWHERE "day" = DATE '2026-01-31'\n  AND "order" = 7\n  AND "name" = 'O''Hara'\n  AND "note" IS NULL`,
  )
})
