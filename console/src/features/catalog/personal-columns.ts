import type { Schemas } from '../../api/client'
import { useCaller, useMay } from '../../api/queries'
import { useCatalog } from './queries'

type Table = Pick<Schemas['CatalogTable'], 'name'> & {
  columns: Pick<Schemas['ContractColumn'], 'name' | 'personal'>[]
}

/** Whether a statement names a column about people of one of its tables: the lake refuses it to others than the group personal-data. */
export function asksAboutPeople(tables: Table[], sql: string): boolean {
  const text = sql.toLowerCase().replace(TEXTS_AND_REMARKS, ' ').replaceAll('"', '')
  const shortNames = [...text.matchAll(READ)].map(([, table = '', short = '']) => ({ table, short }))
  const named = [...text.replace(GIVEN_NAME, ' ').matchAll(NAMED)].map(([, of = '', column = '']) => ({
    of: of.split('.').at(-2) ?? '',
    column,
  }))
  return tables.some(({ name, columns }) => {
    const names = new Set(
      shortNames.filter(({ table }) => table === name).flatMap(({ short }) => [name, short]),
    )
    const personal = new Set(columns.filter((column) => column.personal).map((column) => column.name))
    return (
      names.size > 0 && named.some(({ of, column }) => personal.has(column) && (of === '' || names.has(of)))
    )
  })
}

const TEXTS_AND_REMARKS = /'(?:[^']|'')*'|--[^\n]*/g
/** A table that is read, and its short name in the statement. */
const READ = /\b(?:from|join)\s+(?:[\w-]+\.)*(\w+)(?=(?:\s+(?:as\s+)?(\w+))?)/g
/** The name that a statement gives a value; it is no column of a table. */
const GIVEN_NAME = /\bas\s+\w+/g
const NAMED = /((?:[\p{L}\p{N}_]+\.)*)([\p{L}\p{N}_]+)/gu

/** Whether the person may ask a statement of a dashboard; undefined until it is known. */
export function useMayAsk(sql: string): boolean | undefined {
  const catalog = useCatalog()
  const tables = catalog.data?.tables
  const caller = useCaller()
  const seesPeople = useMay('personal-data')
  // Without the catalog, or the groups of the person, the lake itself decides.
  if (seesPeople || catalog.isError || caller.isError) return true
  return tables && caller.data ? !asksAboutPeople(tables, sql) : undefined
}
