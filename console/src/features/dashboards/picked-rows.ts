import type { Cell } from '../../api/format'
import type { AnswerRows } from '../../formats/template'

interface Column {
  name: string
  type: string
}

/**
 * The column of the panel's table by which the rows behind a bar are found; undefined where the table has none.
 *
 * A bar is named by a column of the table, or by words beside which the answer has the text column that they stand for.
 */
export function pickedColumn(drawn: string, answered: string[], table: Column[]): string | undefined {
  const texts = table.filter(({ type }) => /^(varchar|string|char)/i.test(type)).map(({ name }) => name)
  return table.some(({ name }) => name === drawn) ? drawn : answered.find((name) => texts.includes(name))
}

/** The condition of the rows behind the bar of a name; rows without a value are those where the column is empty. */
export function pickedCondition(
  column: string,
  drawn: string,
  name: string,
  { columns, rows }: AnswerRows,
): string {
  if (column === drawn) return `${column}:eq:${name}`
  const row = rows.find((cells) => cells[columns.indexOf(drawn)] === name)
  const value: Cell = row?.[columns.indexOf(column)] ?? null
  return value === null ? `${column}:empty:true` : `${column}:eq:${value}`
}
