import type { Schemas } from '../../api/client'
import { isTime } from '../../api/format'
import { heading } from '../../formats/words'
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
export const hasTime = (table: Table): boolean =>
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
 * a declared one no other is certain. Where no row has a time of its own, that of its last change counts.
 */
export function eventTable(sql: string, tables: Table[]): Table | undefined {
  const read = readIn(sql, tables)
  if (read.length === 1) return read[0]
  const timed = timedIn(read)
  const [event, ...more] = withoutMasters(timed, read)
  if (!event || more.length > 0) return undefined
  if (event.event_time) return event
  const isReferenced = mastersOf(read, read).has(event)
  return isReferenced || timed.some(({ event_time: declared }) => declared) ? undefined : event
}

/** Why a period narrows no table of a statement, and what a person can do; empty where it narrows one. */
export function whyNoPeriod(sql: string, tables: Table[]): string {
  const read = readIn(sql, tables)
  const event = eventTable(sql, read)
  if (read.length === 0 || (event && periodColumn(event))) return ''
  const timed = timedIn(read)
  if (timed.length === 0) return `${namesOf(read)} ${read.length === 1 ? 'has' : 'have'} no column of times.`
  const several = withoutMasters(timed, read)
  const why =
    several.length > 1
      ? `${namesOf(several)} have times, and none references the other`
      : `other tables of the statement reference ${namesOf(timed)}`
  return `${why[0]?.toUpperCase()}${why.slice(1)}, so it is not certain whose rows a period counts. Write the days into the statement, such as WHERE ${columnIn(several[0] ?? timed[0])} >= DATE '2026-01-01'.`
}

const readIn = (sql: string, tables: Table[]): Table[] => {
  const { sources } = readBy(sql)
  return tables.filter((table) => sources.some(({ name }) => name === table.name.toLowerCase()))
}

/** The tables whose rows have a time of their own; where there are none, those with the time of a last change. */
function timedIn(read: Table[]): Table[] {
  const own = read.filter(hasTime)
  return own.length > 0 ? own : read.filter(hasOnlyChanges)
}

const mastersOf = (others: Table[], read: Table[]): Set<Table> =>
  new Set(others.flatMap((table) => [...referencedBy(table, read)]))

const withoutMasters = (timed: Table[], read: Table[]): Table[] =>
  timed.filter((table) => !mastersOf(timed, read).has(table))

const namesOf = (tables: Table[]): string => tables.map(({ name }) => heading(name)).join(' and ')

const columnIn = (table: Table | undefined): string => (table ? `${table.name}.${periodColumn(table)}` : '')
