import { type Cell, isName, isNumeric } from '../../api/format'
import type { ColumnFormat } from '../../formats/columns'

/** The most rows of a picture; the downloads have all. */
const MAX_ROWS = 25

interface Table {
  columns: { name: string; type: string }[]
  rows: Cell[][]
}

/** The figure of an answer without what its title and its comparison are made of. */
export function onlyValue({ columns, rows }: Table): Table {
  const at = columns.findIndex(({ name }) => name === 'value')
  return { columns: columns.slice(at, at + 1), rows: rows.slice(0, 1).map((row) => [row[at] ?? null]) }
}

/** The first rows of a table in people's words, as its page shows them. */
export const pictured = ({ columns, rows }: Table, formats: ColumnFormat[]) => ({
  headings: formats.map(({ heading }) => heading),
  rows: rows.slice(0, MAX_ROWS).map((row) => formats.map(({ text }, at) => text(row[at] ?? null))),
  isNumber: columns.map(({ name, type }) => isNumeric(type) && !isName(name)),
})
