import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { dataDay } from './data-day'

const table = (name: string, system: string, columns: Record<string, string>) =>
  ({
    name,
    system,
    database: 'lake',
    event_time: '',
    newest_by: [],
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, references: '' })),
  }) as unknown as Schemas['CatalogTable']

const TABLES = [
  table('hives', '', { measured_at: 'timestamp', flights: 'int' }),
  table('sales', 'shop', { week_on: 'date' }),
  table('regions', '', { region: 'varchar' }),
]
const CONTENTS = [
  { name: 'hives', system: '', as_of: '2026-08-03' },
  { name: 'regions', system: '', as_of: '2001-01-01' },
]

test.each([
  ['select measured_at, flights from lake.hives', '2026-08-03'],
  ['select week_on from sales', '2010-12-09'],
  ['select region from lake.regions', '2010-12-09'],
  ['select 1 from lake.hives, lake.regions', '2026-08-03'],
])('the day of %s is that of the rows that it reads', (sql, day) => {
  expect(dataDay(sql, TABLES, CONTENTS, '2010-12-09')).toBe(day)
})
