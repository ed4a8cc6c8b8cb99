import type { Schemas } from '../../api/client'

type Document = Schemas['ContractDraft']['document']

/** A column of a drafted contract, as a person edits it. */
export interface DraftColumn {
  name: string
  type: string
  required: boolean
  key: boolean
}

interface Property {
  name: string
  physicalType?: string
  logicalType?: string
  required?: boolean
  primaryKey?: boolean
  primaryKeyPosition?: number
}

interface Table {
  name: string
  properties: Property[]
}

const table = (document: Document): Table => (document.schema as Table[])[0] ?? { name: '', properties: [] }

export const draftColumns = (document: Document): DraftColumn[] =>
  table(document).properties.map((one) => ({
    name: one.name,
    type: one.physicalType ?? '',
    required: Boolean(one.required) || Boolean(one.primaryKey),
    key: Boolean(one.primaryKey),
  }))

const LOGICAL: Record<string, string> = {
  VARCHAR: 'string',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  BOOLEAN: 'boolean',
  BIGINT: 'integer',
}

/** The types that a person chooses from, beside the drafted one. */
export const TYPES = [
  { value: 'VARCHAR(255)', label: 'text' },
  { value: 'DECIMAL(18,4)', label: 'amount' },
  { value: 'BIGINT', label: 'whole number' },
  { value: 'DATE', label: 'day' },
  { value: 'TIMESTAMP', label: 'time' },
  { value: 'BOOLEAN', label: 'yes or no' },
]

/** A type in the words of a person. */
export function typeWords(type: string): string {
  const base = type.replace(/\(.*/, '').toUpperCase()
  if (base === 'VARCHAR') return 'text'
  if (base === 'DECIMAL') return 'amount'
  return TYPES.find((one) => one.value === base)?.label ?? type.toLowerCase()
}

const DECIDED = new Set(['required', 'primaryKey', 'primaryKeyPosition'])

const withoutKey = (property: Property): Property => ({
  name: property.name,
  ...Object.fromEntries(Object.entries(property).filter(([key]) => !DECIDED.has(key))),
})

/** The contract with another name and with the columns as a person edited them, in their order. */
export function edited(document: Document, dataset: string, columns: DraftColumn[]): Document {
  const own = table(document)
  let position = 0
  const properties = own.properties.map((property, at) => {
    const column = columns[at]
    if (!column) return property
    const rest = withoutKey(property)
    const base = column.type.replace(/\(.*/, '').toUpperCase()
    const isSame = column.type === property.physicalType
    return {
      ...(isSame ? rest : { name: rest.name }),
      physicalType: column.type,
      logicalType: isSame ? property.logicalType : (LOGICAL[base] ?? 'number'),
      ...(column.required || column.key ? { required: true } : {}),
      ...(column.key ? { primaryKey: true, primaryKeyPosition: (position += 1) } : {}),
    }
  })
  return {
    ...document,
    id: String(document.id).replace(own.name, dataset),
    name: dataset,
    schema: [{ ...own, name: dataset, properties }],
  }
}

/** A name that a dataset may have. */
export const datasetName = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
