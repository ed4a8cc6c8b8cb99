import type { Schemas } from '../../api/client'
import { orderOf, askedTogether, type AskedTogether } from './draft-questions'
import { type Edits, type Format, withField, withFormat, withZone } from './edits'
import { fits, patternsOf } from './formats'

/** A column of dates whose day and month can be read two ways. */
export interface OpenOrder {
  column: string
  field: string
  /** Whether a person chose the field, or took it; else it is suggested. */
  isMapped: boolean
  formats: Format[]
}

/** How a field is written: as a person chose for the file, else as its contract declares. */
const formatOf = ({ formats }: Edits, { name, declared_format: own }: Schemas['ContractField']): Format =>
  formats[name] ?? own

/** The columns of dates whose order a person has to decide, and has not; a pattern of the contract decides it. */
export function openOrders({ grid, mapping }: Schemas['DryRun'], edits: Edits): OpenOrder[] {
  const taken = new Set(Object.values(edits.columns))
  return Object.entries(grid?.orders ?? {}).flatMap(([column, readings]) => {
    const suggested = mapping?.columns.find((one) => one.column === column)?.field ?? ''
    const decided = edits.columns[column]
    const name = decided === undefined && !taken.has(suggested) ? suggested : decided
    const field = mapping?.fields.find((one) => one.name === name)
    const formats = (readings as { kind: string; format: Format }[])
      .filter(({ kind }) => field && fits(kind, field.type))
      .map(({ format }) => format)
    return field && formats.length > 0 && patternsOf(formatOf(edits, field)).length === 0
      ? [{ column, field: field.name, isMapped: decided === field.name, formats }]
      : []
  })
}

const answerOf = (format: Format): string => patternsOf(format).join('|')

/** The questions about the order: columns with the same possible orders are asked about once. */
export const orderQuestions = (open: OpenOrder[]): AskedTogether[] =>
  askedTogether(
    open.map(({ column, formats }) => ({
      column,
      answers: formats.map((format) => ({ answer: answerOf(format), property: {} })),
    })),
  )

/** Read columns in the order that a person chose. */
export const withOrder = (edits: Edits, open: OpenOrder[], columns: string[], order: string): Edits =>
  open
    .filter(({ column }) => columns.includes(column))
    .reduce((next, { column, field, isMapped, formats }) => {
      const chosen = formats.find((format) => orderOf(answerOf(format)) === order)
      if (!chosen) return next
      const taken = isMapped ? next : withField(next, column, field)
      return withFormat(taken, field, { ...taken.formats[field], ...chosen })
    }, edits)

/** The edits as the gate checks them while orders are open: without these columns, which would refuse every row. */
export const withoutOpenOrders = (edits: Edits, result: Schemas['DryRun']): Edits =>
  openOrders(result, edits)
    .filter(({ isMapped }) => isMapped)
    .reduce((next, { column }) => ({ ...next, columns: { ...next.columns, [column]: null } }), edits)

/** A column of times without a zone that is a field, with the zone that they are read in. */
export interface LocalTimes {
  zone: string
  column: string
  field: Schemas['ContractField']
}

const zoneOf = ({ formats }: Edits, { name, time_zone: own }: Schemas['ContractField']): string =>
  String(formats[name]?.timezone ?? (own || 'UTC'))

/** The columns of times without a zone that are fields. */
export const localTimes = ({ grid, mapping }: Schemas['DryRun'], edits: Edits): LocalTimes[] =>
  (grid?.local_times ?? []).flatMap((column) => {
    const field = mapping?.fields.find(({ name }) => name === edits.columns[column])
    return field?.type.startsWith('timestamp') ? [{ zone: zoneOf(edits, field), column, field }] : []
  })

/** Read times without a zone as those of a zone, in the format of their field. */
export function withZoneOf(edits: Edits, { field }: LocalTimes, zone: string): Edits {
  const { name, time_zone: own } = field
  if (zone === (own || 'UTC')) return withZone(edits, name, '')
  return withFormat(edits, name, { ...formatOf(edits, field), timezone: zone })
}
