import type { Schemas } from '../api/client'

type Column = Schemas['ContractColumn']
type Table = Schemas['CatalogTable']

/** A column of a contract for tests: a text that nothing is said of, but for what a test states. */
export const testColumn = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  type: 'varchar(20)',
  unit: '',
  label: '',
  description: '',
  required: false,
  primary_key: false,
  sensitive: '',
  personal: false,
  references: '',
  rules: [],
  aliases: [],
  ...more,
})

/** A table of the catalog for tests: a dataset, but for what a test states. */
export const testTable = (name: string, columns: Column[], more: Partial<Table> = {}): Table => ({
  database: 'curated',
  name,
  system: '',
  columns,
  amount: [],
  newest_by: [],
  event_time: '',
  levels: null,
  ...more,
})
