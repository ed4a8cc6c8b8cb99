import type { Schemas } from '../../api/client'
import { currencyCode } from './currency-code'
import { mapOfWords, type Step, zeroOf } from './edits'

type Document = Schemas['ContractDraft']['document']

/** A column of a drafted contract, as a person edits it. */
export interface DraftColumn {
  /** Its name in the table. */
  name: string
  /** Its name in the file, in lower case; empty where the file has none. */
  heading: string
  type: string
  required: boolean
  key: boolean
  /** Of a number, as in kg or °C; empty for none. */
  unit: string
  /** The values that the column may have without a warning; absent for any. */
  allowed?: string[]
  /** Whether only the group personal-data reads its values. */
  personal?: boolean
  /** The column as a person decided it: in one of several formats, or after a way out of a deployment. */
  answered?: Property
  /** Words that are 0: they are mapped to it in the file, because no contract declares them. */
  zeros?: string[]
  /** Whether the dataset has no such column. */
  isLeftOut?: boolean
  /** Whether its values are the names of the workbook's sheets, so that the file has no such column. */
  isSheetName?: boolean
  /** What a way out changed, for a person who takes it back. */
  beforeWay?: Pick<DraftColumn, 'key' | 'required'>
}

/** The edits of a draft, which survive a reload. */
export interface KeptDraft {
  /** The drafted columns that the edits are of, in their order. */
  names: string
  isOpen: boolean
  dataset: string
  description: string
  timeZone: string
  columns: DraftColumn[]
  answers: Readonly<Record<string, string>>
  ways: Readonly<Record<string, string>>
}

/** The names of the columns that a document describes: edits of others do not fit it. */
export const namesOf = (document: Document): string =>
  table(document)
    .properties.map(({ name }) => name)
    .join()

/** The name, sentence and zone that a person gives a whole dataset. */
export interface DraftDataset {
  name: string
  /** The meaning of a row, in a sentence; may be empty. */
  description: string
  /** Of times without a zone, as in Europe/Berlin. */
  timeZone: string
  /** The places of the columns in the order of the file, in which the table has them; absent if they are in it. */
  order?: number[] | undefined
}

export interface Property {
  name: string
  /** Its heading; absent for the words of its name. */
  businessName?: string
  physicalType?: string
  logicalType?: string
  logicalTypeOptions?: Record<string, unknown>
  classification?: string
  customProperties?: CustomProperty[]
  quality?: ValuesCheck[]
  required?: boolean
  primaryKey?: boolean
  primaryKeyPosition?: number
}

/** The check of a contract that a column has only certain values. */
interface ValuesCheck {
  metric: string
  arguments: { validValues: unknown[] }
}

interface CustomProperty {
  property: string
  value: unknown
}

interface Table {
  name: string
  description?: string
  properties: Property[]
  customProperties?: CustomProperty[]
}

export const PERSONAL = 'personal'
const ALIASES = 'headgate.aliases'
const ORDER = 'headgate.orderBy'
const LEFT_OUT = 'headgate.leftOut'
const BESIDE = 'headgate.besideRecords'
const EVENT_TIME = 'headgate.eventTime'
const UNIT = 'headgate.unit'
const SHEET_NAME = 'headgate.sheetName'
const FORMAT = 'headgate.format'
const NAMELESS = /^column_\d+$/

const table = (document: Document): Table => (document.schema as Table[])[0] ?? { name: '', properties: [] }

const custom = (of: Pick<Table, 'customProperties'>, property: string): unknown =>
  of.customProperties?.find((one) => one.property === property)?.value

const PERCENT = { points: 'percent', fraction: 'share' }

/** The unit that a format has beside its numbers, as in `64%` and `12,5 kg`; empty for none. */
export function unitOfKeys(format: {
  percent?: keyof typeof PERCENT
  currency?: string[]
  units?: string[]
  duration?: string
}): string {
  if (format.duration) return 's'
  if (format.percent) return PERCENT[format.percent]
  const codes = [...new Set(format.currency?.map(currencyCode))]
  return (codes.length === 1 ? codes[0] : undefined) || (format.units?.[0] ?? '')
}

/** The unit that a contract gives a column; empty for none. */
export const unitOf = (property: Property): string => String(custom(property, UNIT) ?? '')

export function draftColumns(document: Document): DraftColumn[] {
  const aliases = (custom(table(document), ALIASES) ?? {}) as Record<string, string[]>
  return table(document).properties.map((one) => ({
    name: one.name,
    heading: aliases[one.name]?.[0] ?? (NAMELESS.test(one.name) ? '' : one.name),
    ...(custom(one, SHEET_NAME) === true ? { isSheetName: true } : {}),
    type: one.physicalType ?? '',
    required: Boolean(one.required) || Boolean(one.primaryKey),
    key: Boolean(one.primaryKey),
    ...(one.classification === PERSONAL ? { personal: true } : {}),
    ...(one.quality?.[0] ? { allowed: one.quality[0].arguments.validValues.map(String) } : {}),
    unit: unitOf(one),
  }))
}

/** The columns that the file has: the names of its sheets come after them. */
const inTheFile = (columns: DraftColumn[]): DraftColumn[] => columns.filter((one) => !one.isSheetName)

/** Why the names cannot be those of a table's columns; empty if they can. */
export function nameProblem(columns: DraftColumn[]): string {
  const names = columns.filter((one) => !one.isLeftOut).map((one) => one.name)
  if (names.length === 0) return 'A dataset needs at least one column.'
  if (names.includes('')) return 'Each column needs a name.'
  const twice = names.find((name, at) => names.indexOf(name) < at)
  return twice ? `Two columns are called ${twice}.` : ''
}

/** The field of each column of the file, where a column has another name in the table or is left out. */
export function fieldsOf(columns: DraftColumn[], inFile: string[]): Record<string, string | null> {
  const isSame = inTheFile(columns).every((one) => one.name === one.heading && !one.isLeftOut)
  return isSame || inTheFile(columns).length !== inFile.length
    ? {}
    : Object.fromEntries(
        inFile.map((name, at) => [name, columns[at]?.isLeftOut ? null : (columns[at]?.name ?? '')]),
      )
}

/** The steps by which the words of the file that are 0 become it. */
export const stepsOf = (columns: DraftColumn[], inFile: string[]): Step[] =>
  columns.flatMap(({ zeros = [], isLeftOut, answered }, at) => {
    const name = inFile[at]
    const format = (answered && custom(answered, FORMAT)) as { percent?: string } | undefined
    return name && zeros.length > 0 && !isLeftOut ? [mapOfWords(name, zeros, zeroOf(format?.percent))] : []
  })

/** The field of every column of the file, null for one that is left out; none where the columns are others. */
export const everyField = (columns: DraftColumn[], inFile: string[]): Record<string, string | null> =>
  inTheFile(columns).length === inFile.length
    ? Object.fromEntries(
        inTheFile(columns).map((one, at) => [inFile[at] ?? '', one.isLeftOut ? null : one.name]),
      )
    : {}

const SYMBOL =
  /(?<![A-Za-z])(?:[kMGTmcdhn]?(?:Pa|Wh?|Vh?|VA|VAh|Ah?|Hz|J|N|Nm|Bq|Gy|Sv)|dBA?|pH)(?![A-Za-z])/g

/** A heading whose units are one word, since the capital in `kWh` begins none. */
const withPlainUnits = (heading: string): string => heading.replace(SYMBOL, (unit) => unit.toLowerCase())

/** The columns with the words of their headings apart: `StartDate` is `start_date`, unless another column is. */
export function withWordsApart(columns: DraftColumn[], inFile: string[]): DraftColumn[] {
  const names = new Set(columns.map((one) => one.name))
  return columns.map((column, at) => {
    const apart = plainName(
      withPlainUnits(inFile[at] ?? '').replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2_'),
    ).replace(/_$/, '')
    const isSame = withoutBlanks(apart) === withoutBlanks(column.name)
    return isSame && inFile.length === inTheFile(columns).length && !names.has(apart)
      ? { ...column, name: apart }
      : column
  })
}

/** The places of columns in the order of the file. */
export const columnPlaces = (columns: number, order: number[] = []): number[] =>
  order.length === columns ? order : Array.from({ length: columns }, (_, at) => at)

const LOGICAL: Record<string, string> = {
  VARCHAR: 'string',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  BOOLEAN: 'boolean',
  BIGINT: 'integer',
}

/** The type of numbers that a person chooses. */
export const NUMBER = 'DECIMAL(18,4)'

/** The types that a person chooses from, beside the drafted one. */
export const TYPES = [
  { value: 'VARCHAR(255)', label: 'text' },
  { value: NUMBER, label: 'number' },
  { value: 'BIGINT', label: 'whole number' },
  { value: 'DATE', label: 'day' },
  { value: 'TIMESTAMP', label: 'time' },
  { value: 'BOOLEAN', label: 'yes or no' },
]

const baseOf = (type: string): string => type.replace(/\(.*/, '').toUpperCase()

/** Whether values of a type can have a unit. */
export const isNumber = (type: string): boolean => ['DECIMAL', 'BIGINT', 'DOUBLE'].includes(baseOf(type))

/** Whether numbers of a type have no fraction. */
export const isWhole = (type: string): boolean => baseOf(type) === 'BIGINT'

/** Whether values of a type have a time of day. */
export const isTime = (type: string): boolean => baseOf(type) === 'TIMESTAMP'

/** Whether a person decided to hide numbers of the column, which then identify no row. */
export const isMasked = ({ answered }: DraftColumn): boolean =>
  Boolean(answered && custom(answered, 'headgate.mask'))

/** A type in the words of a person. */
export function typeWords(type: string): string {
  const base = baseOf(type)
  if (base === 'VARCHAR') return 'text'
  if (base === 'DECIMAL' || base === 'DOUBLE') return 'number'
  return TYPES.find((one) => one.value === base)?.label ?? type.toLowerCase()
}

const DECIDED = new Set(['name', 'businessName', 'required', 'primaryKey', 'primaryKeyPosition'])
const renamed = (property: Property, name: string): Property => ({
  name,
  ...Object.fromEntries(Object.entries(property).filter(([key]) => !DECIDED.has(key))),
})

const withoutBlanks = (name: string): string => name.replaceAll('_', '')

/** The column's unit, heading and time zone as properties of a contract. */
function furtherOf(property: Property, column: DraftColumn, about: DraftDataset) {
  const others = (property.customProperties ?? []).filter((one) => one.property !== UNIT)
  const typed = isNumber(column.type) ? column.unit.trim() : ''
  const unit = currencyCode(typed) || typed
  const isSame = property.physicalType === column.type
  const own = [...(isSame ? others : []), ...(unit ? [{ property: UNIT, value: unit }] : [])]
  const isHeaded =
    withoutBlanks(column.name) === withoutBlanks(property.name) && ['', unit].includes(unitOf(property))
  const isLocal = isTime(column.type) && about.timeZone !== 'UTC'
  return {
    customProperties: own.length > 0 ? own : undefined,
    ...(isHeaded && property.businessName ? { businessName: property.businessName } : {}),
    ...(isLocal
      ? {
          logicalTypeOptions: {
            ...(isSame ? property.logicalTypeOptions : {}),
            defaultTimezone: about.timeZone,
          },
        }
      : {}),
  }
}

/** The check of a column's values with those that a person left in the list; undefined without a list. */
const checksOf = (
  checks: ValuesCheck[],
  { allowed = [], key }: Pick<DraftColumn, 'allowed' | 'key'>,
): ValuesCheck[] | undefined =>
  allowed.length > 0 && !key
    ? checks.map((one) => ({ ...one, arguments: { ...one.arguments, validValues: allowed } }))
    : undefined

/** Whether a column has times without a zone: as drafted, or because a person made its texts times. */
export const hasLocalTimes = (drafted: DraftColumn[], columns: DraftColumn[], local: string[]): boolean =>
  columns.some((column, at) => {
    const before = drafted[at]
    return (
      !column.isLeftOut &&
      isTime(column.type) &&
      (!before || !isTime(before.type) || local.includes(before.name))
    )
  })

/** The property of a column that is about people, or is not; the contract of one about people lists none of its values. */
function classified(property: Property, { personal }: DraftColumn): Property {
  const { classification, quality, ...others } = property
  if (personal) return { ...others, classification: PERSONAL }
  return {
    ...others,
    ...(classification && classification !== PERSONAL ? { classification } : {}),
    ...(quality ? { quality } : {}),
  }
}

/** The contract as a person edited it: the dataset's name and description, and its columns in their order. */
export function edited(document: Document, about: DraftDataset, columns: DraftColumn[]): Document {
  const own = table(document)
  const dataset = about.name
  const places = columnPlaces(columns.length, about.order)
  let position = 0
  const properties = places.flatMap((at) => {
    const [column, drafted] = [columns[at], own.properties[at]]
    if (!column || !drafted) return drafted ?? []
    if (column.isLeftOut) return []
    const property = column.answered ?? drafted
    const rest = renamed(property, column.name)
    const base = baseOf(column.type)
    const isSame = column.type === property.physicalType
    return {
      ...classified(isSame ? rest : { name: rest.name }, column),
      physicalType: column.type,
      logicalType: isSame ? property.logicalType : (LOGICAL[base] ?? 'number'),
      ...furtherOf(property, column, about),
      ...(isSame && property.quality && !column.personal
        ? { quality: checksOf(property.quality, column) }
        : {}),
      ...(column.required || column.key ? { required: true } : {}),
      ...(column.key ? { primaryKey: true, primaryKeyPosition: (position += 1) } : {}),
    }
  })
  const key = places.flatMap((at) => {
    const column = columns[at]
    return column?.key && !column.isLeftOut ? [column.name] : []
  })
  return {
    ...document,
    id: String(document.id).replace(own.name, dataset),
    name: dataset,
    schema: [
      {
        ...own,
        name: dataset,
        description: about.description.trim() || own.description,
        dataGranularityDescription: key.length > 0 ? `One row per ${key.join(' and ')}` : undefined,
        customProperties: customProperties(own, columns),
        properties,
      },
    ],
  }
}

/**
 * The table's own properties with the names that a person chose, by which the next file is recognised, and those of
 * the columns that every file is read without.
 */
function customProperties(own: Table, columns: DraftColumn[]): CustomProperty[] {
  const decided = [ALIASES, ORDER, LEFT_OUT, EVENT_TIME, BESIDE]
  const others = (own.customProperties ?? []).filter(({ property }) => !decided.includes(property))
  // A value beside the list of records is read only if the contract states it, so it is none to leave out.
  const beside = (custom(own, BESIDE) ?? []) as string[]
  const isBeside = (heading: string): boolean =>
    beside.some((name) => name.toLowerCase() === heading.toLowerCase())
  const leftOut = columns.flatMap(({ heading, isLeftOut, isSheetName }, at) =>
    isLeftOut && !isSheetName && !isBeside(heading) ? [heading || `column_${at + 1}`] : [],
  )
  const takenIn = beside.filter((name) =>
    columns.some((one) => !one.isLeftOut && one.heading.toLowerCase() === name.toLowerCase()),
  )
  const aliases = columns.flatMap(({ name, heading, isLeftOut, isSheetName }, at) => {
    const inFile = heading || `column_${at + 1}`
    return isLeftOut || isSheetName || name === inFile ? [] : [[name, [inFile]] as const]
  })
  const order = (custom(own, ORDER) ?? []) as string[]
  const newNamesOf = (names: unknown[]) =>
    names.flatMap((name) => {
      const column = columns[own.properties.findIndex((one) => one.name === name)]
      return column && !column.isLeftOut ? column.name : []
    })
  const newNames = newNamesOf(order)
  const [time] = newNamesOf([custom(own, EVENT_TIME)])
  return [
    ...others,
    ...(takenIn.length > 0 ? [{ property: BESIDE, value: takenIn }] : []),
    ...(leftOut.length > 0 ? [{ property: LEFT_OUT, value: leftOut }] : []),
    ...(time ? [{ property: EVENT_TIME, value: time }] : []),
    ...(newNames.length > 0 ? [{ property: ORDER, value: newNames }] : []),
    ...(aliases.length > 0 ? [{ property: ALIASES, value: Object.fromEntries(aliases) }] : []),
  ]
}

/** A name that a dataset or a column may have. */
/** Whether a typed name has letters that a name in the table cannot have. */
export const hasOtherLetters = (text: string): boolean =>
  /(?![a-z])\p{L}/u.test(text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, ''))

export const plainName = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
