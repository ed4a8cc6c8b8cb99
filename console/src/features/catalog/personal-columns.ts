import type { Schemas } from '../../api/client'
import { useCaller, useMay } from '../../api/queries'
import { useCatalog } from './queries'

type Table = Pick<Schemas['CatalogTable'], 'name'> & {
  columns: Pick<Schemas['ContractColumn'], 'name' | 'personal'>[]
}

/** Whether a statement names a column about people of one of its tables: the lake refuses it to others than the group personal-data. */
export function asksAboutPeople(tables: Table[], sql: string): boolean {
  const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_]+/gu))
  return tables.some(
    ({ name, columns }) =>
      words.has(name) && columns.some((column) => column.personal && words.has(column.name)),
  )
}

/** Whether the person may ask a statement of a dashboard; undefined until it is known. */
export function useMayAsk(sql: string): boolean | undefined {
  const catalog = useCatalog()
  const tables = catalog.data?.tables
  const caller = useCaller().data
  const seesPeople = useMay('personal-data')
  // Without the catalog the lake itself decides.
  if (seesPeople || catalog.isError) return true
  return tables && caller ? !asksAboutPeople(tables, sql) : undefined
}
