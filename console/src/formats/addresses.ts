/** The page of a system's table, with its lineage and its card. */
export const tableAddress = (system: string, table: string): string =>
  `#/tables/${encodeURIComponent(system)}/${encodeURIComponent(table)}`

/** The page of a table, or of a dataset, which has no system. */
export const pageAddress = (system: string, name: string): string =>
  system ? tableAddress(system, name) : `#/datasets/${encodeURIComponent(name)}`
