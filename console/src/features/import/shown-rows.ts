import type { Schemas } from '../../api/client'
import { inColumn, ofCause } from './grid-column'
import { isOfDuplicates } from '../../formats/rules'

/** Shows the rows that are not committed. */
export const LEFT_OUT = 'left_out'

/** Shows the rows with a day to come in a column of the past. */
export const FUTURE = 'future_date'

type Checked = Pick<
  Schemas['DryRun'],
  'grid' | 'quarantined' | 'duplicates' | 'reasons' | 'edits' | 'mapping' | 'outcome'
>

/** The columns by whose places rows are shown: those of the file, then those that steps made and that have causes. */
export function shownColumns(grid: Checked['grid']): string[] {
  const withCauses = (grid?.causes ?? []).map(({ column }) => column).filter(Boolean)
  return [...new Set([...(grid?.columns ?? []), ...withCauses])]
}

/** Why rows are refused, each with what shows its rows: one cause for each column and rule. */
export function causesOf(grid: Checked['grid']): (Schemas['FlawCause'] & { show: string })[] {
  const columns = shownColumns(grid)
  return (grid?.causes ?? []).map((cause) => ({
    ...cause,
    show: ofCause(columns.indexOf(cause.column), cause.rule),
  }))
}

/** Which rows the grid shows: those that a person chose, or all once none of the chosen ones is left. */
export const shownRows = (chosen: string, result: Checked): string =>
  chosen === 'all' || rowsOf(chosen, result) > 0 ? chosen : 'all'

/** Rows whose value in a column of the past is a day to come; none while the columns are not checked. */
export function rowsToCome({ grid, edits, mapping, outcome }: Checked): number {
  if (outcome === 'needs_mapping') return 0
  const past = (mapping?.fields ?? []).filter((field) => field.records_past).map(({ name }) => name)
  const isOfPast = (column: string) => past.includes(edits?.columns[column] ?? '')
  return Object.entries(grid?.to_come ?? {}).reduce(
    (sum, [column, { rows }]) => sum + (isOfPast(column) ? rows : 0),
    0,
  )
}

/** The column of the file whose own rows are chosen; undefined for another choice. */
export const columnShown = (chosen: string, grid: Checked['grid']): string | undefined =>
  grid?.columns.find((_, place) => inColumn(place) === chosen)

function rowsOf(chosen: string, result: Checked): number {
  const { grid, quarantined, duplicates, reasons, edits } = result
  if (chosen === 'errors') return quarantined
  if (chosen === 'duplicates') return duplicates
  if (chosen === LEFT_OUT) return edits?.left_out.length ?? 0
  const column = columnShown(chosen, grid)
  if (column !== undefined) return grid?.flawed_cells[column] ?? 0
  if (chosen === FUTURE) return rowsToCome(result)
  const cause = causesOf(grid).find(({ show }) => show === chosen)
  return cause?.rows ?? reasons.find(({ rule }) => rule === chosen)?.rows ?? 0
}

/** Whether the shown rows have reasons of their own, beside those in their cells. */
export const showsReasons = ({ rejected_rows: rows }: Schemas['DryRun'], show: string): boolean =>
  show === 'duplicates' ||
  isOfDuplicates(show) ||
  (!show.startsWith('column_') && rows.some((row) => !row.column && !isOfDuplicates(row.rule)))
