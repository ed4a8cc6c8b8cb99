import type { Schemas } from '../../api/client'
import { orderOf, askedTogether, type AskedTogether } from './draft-questions'
import { type Edits, type Format, hasSpelling, withField, withFormat, withZone } from './edits'
import { fits, patternsOf } from './formats'

/** A column of dates whose day and month can be read two ways. */
export interface OpenOrder {
  column: string
  field: string
  /** Whether a person chose the field, or took it; else it is suggested. */
  isMapped: boolean
  formats: Format[]
}

/** The columns of dates whose order a person has to decide, and has not. */
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
    return field && formats.length > 0 && !hasSpelling(edits.formats[field.name])
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
      return chosen ? withFormat(isMapped ? next : withField(next, column, field), field, chosen) : next
    }, edits)

/** The edits as the gate checks them while orders are open: without these columns, which would refuse every row. */
export const withoutOpenOrders = (edits: Edits, result: Schemas['DryRun']): Edits =>
  openOrders(result, edits)
    .filter(({ isMapped }) => isMapped)
    .reduce((next, { column }) => ({ ...next, columns: { ...next.columns, [column]: null } }), edits)

/** Columns of times without a zone that are fields, with the zone that they are read in. */
export interface LocalTimes {
  zone: string
  columns: string[]
  fields: Schemas['ContractField'][]
}

const zoneOf = ({ formats }: Edits, { name, time_zone: own }: Schemas['ContractField']): string =>
  String(formats[name]?.timezone ?? (own || 'UTC'))

/** The columns of times without a zone, by the zone that they are read in. */
export function localTimes({ grid, mapping }: Schemas['DryRun'], edits: Edits): LocalTimes[] {
  const groups = new Map<string, LocalTimes>()
  for (const column of grid?.local_times ?? []) {
    const field = mapping?.fields.find(({ name }) => name === edits.columns[column])
    if (!field?.type.startsWith('timestamp')) continue
    const zone = zoneOf(edits, field)
    const { columns, fields } = groups.get(zone) ?? { columns: [], fields: [] }
    groups.set(zone, { zone, columns: [...columns, column], fields: [...fields, field] })
  }
  return [...groups.values()]
}

/** Read times without a zone as those of a zone. */
export const withZones = (edits: Edits, { fields }: LocalTimes, zone: string): Edits =>
  fields.reduce(
    (next, { name, time_zone: own }) => withZone(next, name, zone === (own || 'UTC') ? '' : zone),
    edits,
  )
