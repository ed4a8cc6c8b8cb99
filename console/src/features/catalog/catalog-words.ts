import type { Schemas } from '../../api/client'
import { withSingulars } from '../../formats/spelling'

interface Row {
  name: string
  description: string
  asks?: string | undefined
}

/** The words of a dataset or table: its name, its description and its question. */
export const textOf = ({ name, description, asks }: Row): string =>
  `${name} ${name.replaceAll('_', ' ')} ${description} ${asks ?? ''}`.toLowerCase()

/** Whether a dataset or table has all words. */
export function fits(row: Row, words: string): boolean {
  const text = textOf(row)
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

/** The row that the words mean: one with this name, else one whose name has them, else one whose description does. */
export function bestOf<Best extends Row>(rows: Best[], words: string): Best | undefined {
  const said = words.toLowerCase()
  const rank = ({ name }: Row): number => {
    const title = name.replaceAll('_', ' ')
    if (withSingulars(title).includes(said) || title === said) return 0
    if (title.startsWith(said)) return 1
    return said.split(' ').every((word) => title.includes(word)) ? 2 : 3
  }
  return rows.toSorted((one, other) => rank(one) - rank(other) || one.name.length - other.name.length)[0]
}
