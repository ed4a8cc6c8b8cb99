import type { Schemas } from '../../api/client'

/** Whether a dataset or table has all words, in its name, its description or its question. */
export function fits(
  row: { name: string; description: string; asks?: string | undefined },
  words: string,
): boolean {
  const text =
    `${row.name} ${row.name.replaceAll('_', ' ')} ${row.description} ${row.asks ?? ''}`.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** The columns whose name or title has all words; a word that their table has too narrows them, and finds none alone. */
export function columnsWith(
  tables: Schemas['CatalogTable'][],
  words: string,
  titleOf: (table: string, column: string) => string,
): { table: Schemas['CatalogTable']; column: string }[] {
  const typed = words.toLowerCase().split(/\s+/).filter(Boolean)
  return tables.flatMap((table) =>
    table.columns.flatMap(({ name }) => {
      const own = `${name} ${name.replaceAll('_', ' ')} ${titleOf(table.name, name)}`.toLowerCase()
      const around = `${own} ${table.name.replaceAll('_', ' ')}`
      const fitsColumn =
        typed.some((word) => own.includes(word)) && typed.every((word) => around.includes(word))
      return fitsColumn ? [{ table, column: name }] : []
    }),
  )
}
