import { type Cell, isNumeric } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { isoOf, partOf, partWords, rank } from '../../formats/date-parts'

type Column = Pick<AnswerColumn, 'name' | 'type' | 'period'>

/** An axis of parts of dates. */
interface PartsAxis {
  /** The period of its places; empty where they are groups, such as weekdays. */
  period: string
  isTime: boolean
  placeOf: (row: Cell[]) => Cell
  /** The order of groups, by their number. */
  rankOf: (row: Cell[]) => number
}

/** The parts that make one axis of time with their year, the shortest first. */
const WITH_YEAR = ['day', 'week', 'month', 'quarter']
const DAY_MS = 86_400_000
const DAYS_OF_WEEK = 7
const MONTHS_OF_QUARTER = 3

const isYear = (part: string): boolean => part === 'year' || part === 'year_of_week'

const BY_NAME = new Set(['year', 'quarter', 'month', 'week'])

/** The columns of an answer, of which those of a table say by their names that they are a year and its months. */
export function withParts<One extends Column>(columns: One[]): One[] {
  const isOf = ({ name, type }: One): boolean => isNumeric(type) && BY_NAME.has(name.toLowerCase())
  const hasYear = columns.some(
    (column) => isYear(partOf(column)) || (isOf(column) && /^year$/i.test(column.name)),
  )
  if (!hasYear) return columns
  return columns.map((column) =>
    isOf(column) && !column.period ? { ...column, period: column.name.toLowerCase() } : column,
  )
}

/** The columns that are one axis of time, the one that names it first; undefined without a year. */
export function timeColumns(columns: Column[]): string[] | undefined {
  const parts = columns.map((column) => ({ name: column.name, part: partOf(column) }))
  const year = parts.find(({ part }) => isYear(part))
  if (!year) return undefined
  const hasMonth = parts.some(({ part }) => part === 'month')
  const finest = WITH_YEAR.filter((part) => part !== 'day' || hasMonth)
    .map((wanted) => parts.find(({ part }) => part === wanted))
    .find(Boolean)
  const isOfGroups = parts.some(({ part }) => part && !isYear(part))
  if (!finest) return isOfGroups ? undefined : [year.name]
  const covered = parts.filter(({ part }) => isYear(part) || WITH_YEAR.includes(part))
  return [finest.name, ...covered.map(({ name }) => name).filter((name) => name !== finest.name)]
}

/** The places of an axis of parts of dates; undefined for a column that is none. A year that is the series is no part of a place. */
export function partsAxis(columns: Column[], x: string, series: string): PartsAxis | undefined {
  const column = columns.find(({ name }) => name === x)
  const part = column ? partOf(column) : ''
  if (!part) return undefined
  const at = columns.findIndex(({ name }) => name === x)
  const placeOf = (wanted: string): number =>
    columns.findIndex((other) => other.name !== series && partOf(other) === wanted)
  const rankOf = (row: Cell[]): number => rank(row[at] ?? null, part)
  const weekYear = part === 'week' ? placeOf('year_of_week') : -1
  const year = isYear(part) ? at : weekYear >= 0 ? weekYear : placeOf('year')
  const isDated = isYear(part) || WITH_YEAR.includes(part)
  const ofMonth = part === 'day' ? placeOf('month') : at
  if (!isDated || year < 0 || ofMonth < 0)
    return { period: '', isTime: false, placeOf: (row) => partWords(row[at] ?? null, part), rankOf }
  const period = isYear(part) ? 'year' : part
  const begin = (row: Cell[]): Cell => {
    const [ofYear, number, monthNumber] = [row[year], row[at], row[ofMonth]]
    if ([ofYear, number, monthNumber].some((cell) => cell === null || cell === undefined)) return null
    return beginOf(period, Number(ofYear), Number(number), Number(monthNumber))
  }
  return { period, isTime: true, placeOf: begin, rankOf }
}

/** The first day of a period. */
function beginOf(period: string, year: number, number: number, monthNumber: number): string {
  if (period === 'week') return weekOf(year, number)
  const months = {
    year: 0,
    quarter: (number - 1) * MONTHS_OF_QUARTER,
    month: number - 1,
    day: monthNumber - 1,
  }[period]
  return isoOf(Date.UTC(year, months ?? 0, period === 'day' ? number : 1))
}

/** The Monday of a week of ISO 8601. A week 52 or 53 that its year does not have is the last one of the year before, which holds its first days. */
function weekOf(year: number, number: number): string {
  const monday = mondayOfFirst(year) + (number - 1) * DAYS_OF_WEEK * DAY_MS
  return isoOf(monday >= mondayOfFirst(year + 1) ? mondayOfFirst(year) - DAYS_OF_WEEK * DAY_MS : monday)
}

/** The Monday of the week that has the fourth of January. */
function mondayOfFirst(year: number): number {
  const fourth = Date.UTC(year, 0, 4)
  return fourth - ((new Date(fourth).getUTCDay() + 6) % DAYS_OF_WEEK) * DAY_MS
}

/** The values of a part of dates in words, in the order of their numbers. */
export function partsInOrder(values: Cell[], part: string): string[] {
  const sorted = [...new Set(values)].toSorted((left, right) => rank(left, part) - rank(right, part))
  return sorted.map((value) => String(partWords(value, part) ?? '–'))
}
