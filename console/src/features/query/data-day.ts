import type { Schemas } from '../../api/client'
import { useCatalog, useContents } from '../catalog/queries'
import { eventTable, hasTime } from '../dashboards/event-table'
import { useHealth } from '../lake/queries'
import { tablesIn } from './schema-words'

type Table = Schemas['CatalogTable']

/** The last day of the datasets that a statement reads and whose rows happen in time, else that of the lake; as in mails (data_days.py). */
export function dataDay(
  sql: string,
  tables: Table[],
  contents: Pick<Schemas['TableContents'], 'name' | 'system' | 'as_of'>[],
  ofLake: string,
): string {
  const read = tablesIn(sql, tables)
  const event = eventTable(sql, tables)
  const timed = (event ? [event] : read).filter(hasTime)
  if (timed.some(({ system }) => system)) return ofLake
  const names = new Set(timed.map(({ name }) => name))
  const days = contents.filter(({ name, system }) => !system && names.has(name)).map(({ as_of: day }) => day)
  return days.toSorted().at(-1) || ofLake
}

/** The last day of the data that a statement reads; empty while it is not known. */
export function useDataDay(sql: string): string {
  const tables = useCatalog().data?.tables
  const contents = useContents().data?.tables
  const ofLake = useHealth().data?.as_of ?? ''
  return tables && contents ? dataDay(sql, tables, contents, ofLake) : ''
}
