import type { Schemas } from '../../api/client'

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

/** The tables that a statement reads, in the order in which it names them. */
export function tablesIn<T extends Table>(sql: string, tables: T[]): T[] {
  const text = sql.replaceAll(/'[^']*'|--[^\n]*/g, ' ').toLowerCase()
  const place = ({ name }: T): number =>
    text.search(new RegExp(`(?:from|join)\\s+(?:"?\\w+"?\\.)?"?${name}\\b`))
  return tables
    .map((table) => ({ table, at: place(table) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)
    .map(({ table }) => table)
}

/** The line of a statement that an error is about: the one that its message numbers, or the first that has the name it quotes. */
export function lineOf(message: string, sql: string): { number: number; text: string } | undefined {
  const lines = sql.split('\n')
  const numbered = /\bline (\d+)(?::\d+)?/i.exec(message)?.[1]
  const name = /['"`]([^'"`]+)['"`]/.exec(message)?.[1]?.split('.').at(-1) ?? ''
  const at = numbered
    ? Number(numbered) - 1
    : name
      ? lines.findIndex((line) => line.toLowerCase().includes(name.toLowerCase()))
      : -1
  const text = lines[at]?.trim()
  return text ? { number: at + 1, text } : undefined
}
