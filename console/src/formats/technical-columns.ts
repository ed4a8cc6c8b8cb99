/** The lake's own columns: those that the gate adds, which begin with `_`, and those that every built table ends with. */
const OWN = /^(_.*|as_of|snapshot_id)$/
/** The names that Athena gives columns of a statement without a name, such as `_col1`. */
const UNNAMED = /^_col_?\d+$/

/** Whether a column is the lake's own, such as `_source_row`: every table folds it until a person asks for it. */
export const isTechnical = (name: string): boolean => {
  const lower = name.toLowerCase()
  return OWN.test(lower) && !UNNAMED.test(lower)
}

/** Columns that are read at once, and those that are folded; none is folded where nothing else is left. */
export function foldedColumns<T extends { name: string }>(columns: readonly T[]): { read: T[]; folded: T[] } {
  const read = columns.filter(({ name }) => !isTechnical(name))
  return read.length > 0
    ? { read, folded: columns.filter(({ name }) => isTechnical(name)) }
    : { read: [...columns], folded: [] }
}
