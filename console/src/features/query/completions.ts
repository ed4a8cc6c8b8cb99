import type { Schemas } from '../../api/client'
import { sqlName, tablesIn } from './schema-words'

type Table = Pick<Schemas['CatalogTable'], 'database' | 'name' | 'system'> & {
  columns: { name: string; type: string }[]
}

/** A name that the editor offers; one with a larger boost is offered first. */
export interface Offered {
  label: string
  type: 'property' | 'class'
  detail: string
  boost: number
}

/** Offered before keywords and names of tables, which the editor's language offers without a boost. */
const FIRST = 90
const NAMES_A_TABLE = /\b(?:from|join)\s+[\w.]*$/i

/** Texts, names in quotes and comments that are closed; what a name in quotes has is no text, also where it is open. */
const CLOSED = /'[^']*'|"[^"]*(?:"|$)|--[^\n]*\n|\/\*[\s\S]*?\*\//g

/** Whether a statement ends inside a text or a comment. */
const isInText = (before: string): boolean => /'|--|\/\*/.test(before.replaceAll(CLOSED, ' '))

/** The names for the word before the cursor: tables behind FROM and JOIN, else columns of the tables that the statement reads, or of all tables before it names one. */
export function offeredNames(before: string, sql: string, tables: Table[]): Offered[] {
  if (isInText(before)) return []
  if (NAMES_A_TABLE.test(before)) return tables.map(tableOf)
  const read = tablesIn(sql, tables)
  const columns = new Map<string, Offered>()
  for (const table of read.length > 0 ? read : tables)
    for (const { name, type } of table.columns)
      columns.set(name, {
        label: name,
        type: 'property',
        detail: columns.has(name) ? 'column of several tables' : `${type}, ${table.name}`,
        boost: read.length > 0 ? FIRST : 0,
      })
  return [...columns.values()]
}

const tableOf = (table: Table): Offered => ({
  label: sqlName(table),
  type: 'class',
  detail: table.system || 'as accepted',
  boost: FIRST,
})
