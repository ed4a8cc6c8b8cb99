import type { Schemas } from '../api/client'
import { isTextual } from '../api/format'
import { nameInSql } from './sql'

type Table = Schemas['CatalogTable']

/** A dataset that gives codes their names, and the statement that reads them. */
export interface Reference {
  /** The columns that have its codes: its key, those of other tables that reference it, and the thing itself. */
  columns: string[]
  sql: string
}

/** A longer dataset, such as one of articles, is no list of codes. */
export const MAX_CODES = 500

const NAMES = new Map<string, ReadonlyMap<string, string>>()

/** The name that the lake's own reference table has for a code; undefined of another text. */
export const nameOfCode = (column: string, code: string): string | undefined => NAMES.get(column)?.get(code)

/** Keeps the names of the codes of a reference, for all pages. */
export function learnNames({ columns }: Reference, rows: readonly (readonly unknown[])[]): void {
  if (rows.length > MAX_CODES) return
  const names = new Map(rows.filter(([, name]) => name).map(([code, name]) => [String(code), String(name)]))
  for (const column of columns) NAMES.set(column, names)
}

/** The references of which an answer has codes. */
export function referencesOf(tables: Table[], columns: readonly { name: string }[]): Reference[] {
  const shown = new Set(columns.map(({ name }) => name))
  return tables.flatMap((table) => {
    const keys = table.columns.filter(({ primary_key }) => primary_key)
    const key = keys[0]
    if (table.system !== '' || keys.length !== 1 || !key || !isTextual(key.type)) return []
    const thing = key.name.replace(/_(id|code)$/, '')
    const name = table.columns.find((column) => column.name === `${thing}_name` && !column.personal)
    const named = tables.flatMap((other) =>
      other.columns.filter(({ references }) => references === `${table.name}.${key.name}`),
    )
    const own = [...new Set([key.name, thing, ...named.map((column) => column.name)])]
    if (!name || thing === key.name || named.length === 0 || !own.some((column) => shown.has(column)))
      return []
    const sql = `SELECT ${nameInSql(key.name)}, ${nameInSql(name.name)}\nFROM ${table.database}.${table.name}\nLIMIT ${MAX_CODES + 1}`
    return [{ columns: own, sql }]
  })
}
