import type { Schemas } from '../../api/client'

/** The columns that identify rows of some level of a table, each once. */
export const levelColumns = ({ rows }: Schemas['CatalogLevels']): string[] => [
  ...new Set(Object.values(rows).flat()),
]
