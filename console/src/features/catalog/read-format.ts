import type { ColumnFormat, Units } from '../../formats/columns'
import { exactFormat } from '../query/answer-numbers'

/** A column of a table: its numbers with as many decimals as it needs, or four significant digits where each has its own, because a click on the row shows all. */
export const readFormat = (
  format: ColumnFormat,
  column: { name: string; type: string } | undefined,
  units: Units,
  places: number | undefined,
): ColumnFormat => (places === undefined ? format : exactFormat(format, column, units, places))
