/** The page of a system's table, with its lineage and its card. */
export const tableAddress = (system: string, table: string): string =>
  `#/tables/${encodeURIComponent(system)}/${encodeURIComponent(table)}`

/** The page of a table, or of a dataset, which has no system. */
export const pageAddress = (system: string, name: string): string =>
  system ? tableAddress(system, name) : `#/datasets/${encodeURIComponent(name)}`

/**
 * The dataset or table whose rows an object in the store has, by the folders of its address; empty for another text.
 *
 * @example tableOfObject('s3://lake-curated/increments/payments/ab12.parquet') // 'payments'
 */
export const tableOfObject = (address: string): string =>
  /^s3:\/\/[^/]+\/(?:increments|snapshots|tables)\/([\w-]+)\//.exec(address)?.[1] ?? ''
