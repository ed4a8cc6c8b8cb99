import type { Schemas } from '../../api/client'
import { isTime } from '../../api/format'
import { readBy } from '../query/sources'

type Table = Schemas['CatalogTable']

/** The day from which a built table is computed; its rows have other days. */
const OF_THE_LAKE = /^(_.*|as_of)$/

/** The column by which a table is in a period: the one that its contract declares, or its first time. */
export const periodColumn = (table: Pick<Table, 'columns' | 'event_time'>): string =>
  table.event_time ||
  (table.columns.find(({ name, type }) => isTime(type) && !OF_THE_LAKE.test(name))?.name ?? '')

const timesOf = ({ columns }: Table) =>
  columns.filter(({ name, type }) => isTime(type) && !OF_THE_LAKE.test(name))

/** Whether the rows of a table have a time of their own, and not only that of their last change. */
const hasTime = (table: Table): boolean =>
  Boolean(table.event_time) || timesOf(table).some(({ name }) => !table.newest_by.includes(name))

/** Whether the only times of a table are those of the last changes of its rows. */
const hasOnlyChanges = (table: Table): boolean => timesOf(table).length > 0 && !hasTime(table)

/**
 * Whether a table lists things, such as regions, whose last change does not say how old the list is. The lines of
 * an event have no time of their own either, but they reference it, and nothing references them.
 */
export const isList = (table: Table, tables: Table[]): boolean =>
  hasOnlyChanges(table) &&
  (table.columns.every(({ references }) => !references) ||
    tables.some((other) => other !== table && !other.system && referencesOf(other).has(table.name)))

const referencesOf = ({ columns }: Table): Set<string> =>
  new Set(columns.map(({ references }) => references.split('.')[0] ?? ''))

/** The tables that a table references, also through other ones of `read`. */
export function referencedBy(table: Table, read: Table[]): Set<Table> {
  const reached = new Set<Table>()
  const waiting = [table]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const names = next.columns.map(({ references }) => references.split('.')[0])
    for (const other of read)
      if (other !== table && !other.system && !reached.has(other) && names.includes(other.name)) {
        reached.add(other)
        waiting.push(other)
      }
  }
  return reached
}

/**
 * The one table of a statement whose rows happen in a period: of those with a time the one that references the others.
 * One that a further table of the statement references is it only if its contract declares its time, and beside
 * a declared one no other is certain.
 */
export function eventTable(sql: string, tables: Table[]): Table | undefined {
  const { sources } = readBy(sql)
  const read = tables.filter((table) => sources.some(({ name }) => name === table.name.toLowerCase()))
  if (read.length === 1) return read[0]
  const timed = read.filter(hasTime)
  const masters = (others: Table[]) => new Set(others.flatMap((table) => [...referencedBy(table, read)]))
  const [event, ...more] = timed.filter((table) => !masters(timed).has(table))
  if (!event || more.length > 0) return undefined
  if (event.event_time) return event
  return masters(read).has(event) || timed.some(({ event_time }) => event_time) ? undefined : event
}
