import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { type Cell, isNumeric } from '../../api/format'
import { queryAddress, quotedName } from '../../formats/sql'
import { datasetOf, literal, rowAddress, soleKey, tablesAbout } from './belonging'
import { useCatalog } from './queries'

type Table = Schemas['CatalogTable']

interface Column {
  name: string
  type: string
}

/** The address of the page Query with the statement that finds a row by its key. */
export function rowQuery(
  table: { database: string; name: string },
  columns: Column[],
  row: Cell[],
  keys: string[],
): string {
  const conditions = keys.map((name) => {
    const place = columns.findIndex((column) => column.name === name)
    return `${quotedName(name)} ${comparison(columns[place]?.type ?? '', row[place] ?? null)}`
  })
  const sql = `SELECT *\nFROM ${table.database}.${table.name}\nWHERE ${conditions.join('\n  AND ')}`
  return queryAddress(sql)
}

/** The address of the row of a dataset that a cell names by its id; undefined where no dataset has that column as its only key. */
export function datasetRowAddress(tables: Table[], column: string, value: Cell): string | undefined {
  if (value === null) return undefined
  const dataset = datasetOf(tables, column)
  return dataset && rowAddress(dataset.name, String(value))
}

/**
 * The address of all rows with this id, of a thing that no dataset lists: in the system's table that has a row
 * for each row of `table`, or is `table`. Of a table of several kinds of things it is the only such table of its
 * system. Undefined where there is none.
 */
export function sameIdAddress(
  tables: Table[],
  table: string,
  column: string,
  value: Cell,
): string | undefined {
  const here = tables.find(({ name }) => name === table)
  const key = here && soleKey(here)?.name
  if (!here || value === null || key === column || !column.endsWith('_id')) return undefined
  const lists = (each: Table) => each.columns.some(({ name }) => name === column)
  const listed = key
    ? tablesAbout(tables, key).find(lists)
    : soleOf(tables.filter((each) => each.system === here.system && lists(each) && isOfDataset(tables, each)))
  const condition = encodeURIComponent(`${column}:eq:${value}`)
  return listed && `${tableAddress(listed.system, listed.name)}?filter=${condition}`
}

/** The only table of several; undefined of more than one, and of none. */
const soleOf = (tables: Table[]): Table | undefined => (tables.length === 1 ? tables[0] : undefined)

/** The address that a cell of a table names by an id: the row of its dataset, else all rows with the id. */
export const idAddress = (tables: Table[], table: string, column: string, value: Cell): string | undefined =>
  datasetRowAddress(tables, column, value) ?? sameIdAddress(tables, table, column, value)

/** Whether a table has one row for each row of a dataset. */
function isOfDataset(tables: Table[], table: Table): boolean {
  const key = soleKey(table)?.name
  return table.system !== '' && key !== undefined && datasetOf(tables, key) !== undefined
}

/** The whole address of the page of a row, for a workbook, which knows no page of its own. */
export function useRowLinks(): (column: string, value: Cell) => string | undefined {
  const tables = useCatalog().data?.tables
  return (column, value) => {
    const address = datasetRowAddress(tables ?? [], column, value)
    return address && new URL(address, window.location.href).href
  }
}

function comparison(type: string, value: Cell): string {
  if (value === null) return 'IS NULL'
  if (type === 'boolean' || isNumeric(type)) return `= ${value}`
  return `= ${literal({ type }, String(value)) ?? 'NULL'}`
}
