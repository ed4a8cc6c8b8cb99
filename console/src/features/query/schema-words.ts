import type { Schemas } from '../../api/client'
import { readBy } from './sources'

type Table = Pick<Schemas['CatalogTable'], 'database' | 'name' | 'system'> & {
  columns: { name: string }[]
}

/** The name of a table in SQL: one of a system needs no database. */
export const sqlName = ({ database, name, system }: Pick<Table, 'database' | 'name' | 'system'>): string =>
  system ? name : `${database}.${name}`

/** The statement that shows what a table has. */
export const firstRowsOf = (table: Pick<Table, 'database' | 'name' | 'system'>): string =>
  `SELECT *\nFROM ${sqlName(table)}\nLIMIT 1000`

/** The tables whose name or columns have the words, those of systems first. */
export function matching<T extends Table>(tables: T[], searched: string): T[] {
  const words = searched.toLowerCase().replaceAll('_', ' ').split(/\s+/).filter(Boolean)
  const hasAll = (table: T): boolean => {
    const text = [table.name, ...table.columns.map(({ name }) => name)].join(' ').toLowerCase()
    return words.every((word) => text.replaceAll('_', ' ').includes(word))
  }
  return tables
    .filter(hasAll)
    .toSorted(
      (one, other) => Number(!one.system) - Number(!other.system) || one.name.localeCompare(other.name),
    )
}

/** The tables that a statement reads, in the order in which it names them; of two with one name that of the database which it names. */
export function tablesIn<T extends Table>(sql: string, tables: T[]): T[] {
  const { sources } = readBy(sql)
  const place = (table: T): number =>
    sources.findIndex(
      ({ database, name }) =>
        name === table.name.toLowerCase() && (!database || database === table.database.toLowerCase()),
    )
  return tables
    .map((table) => ({ table, at: place(table) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)
    .map(({ table }) => table)
}

/** A line of a statement, and the letters that an error is about, counted from the beginning of the line. */
export interface LineOfError {
  number: number
  text: string
  marked?: { from: number; until: number }
}

/** The line of a statement that an error is about: the one that its message numbers, or the first that has the name it quotes. */
export function lineOf(message: string, sql: string): LineOfError | undefined {
  const lines = sql.split('\n')
  const numbered = /\bline (\d+)(?:(?::|, column )(\d+))?/i.exec(message)
  const first = /(\w+) begins no statement/.exec(message)?.[1]
  const name = first ?? /['"`]([^'"`]+)['"`]/.exec(message)?.[1]?.split('.').at(-1) ?? ''
  const at = numbered
    ? Number(numbered[1]) - 1
    : name
      ? lines.findIndex((line) => line.toLowerCase().includes(name.toLowerCase()))
      : -1
  const text = lines[at]
  if (!text?.trim()) return undefined
  const marked = markedIn(text, name, numbered?.[2] ? Number(numbered[2]) - 1 : undefined)
  return { number: at + 1, text, ...(marked ? { marked } : {}) }
}

/** The place of a word: where the message says, if the word is there, else its first place as a whole word. */
function markedIn(text: string, name: string, column: number | undefined): LineOfError['marked'] {
  const isHere = (from: number): boolean =>
    text.slice(from, from + name.length).toLowerCase() === name.toLowerCase()
  if (column !== undefined && column < text.length && (!name || isHere(column))) {
    const word = /^(\w+|.)/.exec(text.slice(column))?.[0] ?? ''
    return { from: column, until: column + (name.length || word.length) }
  }
  const from = /^\w+$/.test(name) ? text.search(new RegExp(`\\b${name}\\b`, 'i')) : -1
  return from < 0 ? undefined : { from, until: from + name.length }
}
