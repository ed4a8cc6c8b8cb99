/** The page of a table or a dataset; of a column its lineage there. */
export function lineageAddress({ system, table, column }: Place): string {
  const page = system
    ? `#/tables/${encodeURIComponent(system)}/${encodeURIComponent(table)}`
    : `#/datasets/${encodeURIComponent(table)}`
  return column ? `${page}?column=${encodeURIComponent(column)}` : page
}

interface Place {
  /** Empty for a dataset. */
  system: string
  table: string
  column: string
}
