import type { Schemas } from '../../api/client'
import { type Cell, isName, isNumeric } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { MOST_BARS, MOST_PARTS, MOST_SERIES } from './chart-points'
import { groupedColumns, orderedColumns, rankedColumns } from './statement-items'
import { timeColumns, withParts } from './time-parts'
import { partOf } from '../../formats/date-parts'
import { unaddable } from './unaddable'

type Column = AnswerColumn

/** Columns of an answer that a chart shows: `series` splits the first of `y` by another column, and is empty for none. */
export interface Choice {
  x: string
  y: string[]
  series: string
  /** Undefined for the kind that the columns suggest. */
  kind?: ChartKind | undefined
  /** Of lines, points and bars beside each other; undefined for the one that the values suggest. */
  scale?: 'linear' | 'log' | undefined
  /** Of areas and bars; undefined for what the chart suggests. */
  isStacked?: boolean | undefined
}

export type ChartKind = 'line' | 'area' | 'points' | 'bar'

export const isKind = (text: string | null): text is ChartKind =>
  text === 'line' || text === 'area' || text === 'points' || text === 'bar'

/** How the chart of a panel or a kept question is drawn. */
export type ChartDrawing = Required<Pick<Schemas['Panel'], 'form' | 'scale' | 'is_stacked'>>

/** How the chart of a choice is drawn, without what its kind does not have: areas and stacked bars have no log scale. */
export function chartDrawing({ kind, scale, isStacked, series }: Choice, isLine: boolean): ChartDrawing {
  const form = isLine && (kind === 'area' || kind === 'points') ? kind : ''
  const isSummed = !isLine || form === 'area'
  const hasScale = isLine ? form !== 'area' : !(isStacked ?? series !== '')
  return {
    form,
    scale: (hasScale ? scale : undefined) ?? 'auto',
    is_stacked: (isSummed ? isStacked : undefined) ?? null,
  }
}

const DAY = /^\d{4}-\d{2}(-\d{2})?([T ]|$)/

const isNamed = ({ name, kind }: Column): boolean => isName(name) || kind === 'name'

/** Whether a column has ids, also as numbers; years and other parts of dates have an order of their own. */
export const isId = (column: Column): boolean =>
  isNamed(column) && !partOf(column) && !/year$/i.test(column.name)

/** The columns that measure something: no ids, no parts of dates, and none by which the statement groups its rows. */
export function measures(all: Column[], sql = ''): string[] {
  const columns = withParts(all)
  const names = columns.map(({ name }) => name)
  const grouped = new Set(groupedColumns(sql, names))
  return columns
    .filter((one) => isNumeric(one.type) && !isNamed(one) && !partOf(one) && !grouped.has(one.name))
    .map(({ name }) => name)
}

/** The measures of an answer that a chart of a choice leaves out without being asked to draw them. */
export const notChosenOf = (columns: Column[], { x, y, series }: Choice, sql = ''): string[] =>
  measures(columns, sql).filter((name) => ![x, series, ...y].includes(name))

/** Whether bars of so many names can be read, and colours cannot. */
const isMany = (values: number): boolean => values > MOST_SERIES && values <= MOST_BARS

/** The measure by which a statement orders or ranks its rows, which is the one that it asks about; the first one of another. */
function askedMeasure(columns: Column[], numbers: string[], sql: string): string | undefined {
  const names = columns.map(({ name }) => name)
  const asked = [...orderedColumns(sql, names), ...rankedColumns(sql, names)]
  return asked.find((name) => name !== undefined && numbers.includes(name)) ?? numbers[0]
}

/** The chart that an answer suggests, in which ranks are the places of what has no other; undefined where no column measures something. */
export function suggested(all: Column[], rows: Cell[][], sql = ''): Choice | undefined {
  const columns = withParts(all)
  const ranks = columns.filter(({ kind }) => kind === 'rank').map(({ name }) => name)
  const numbers = measures(columns, sql).filter((name) => !ranks.includes(name))
  const others = columns.map(({ name }) => name).filter((name) => ![...numbers, ...ranks].includes(name))
  const at = (name: string): number => columns.findIndex((one) => one.name === name)
  const sizeOf = (name: string): number => new Set(rows.map((row) => row[at(name)])).size
  const isFew = (name: string): boolean => sizeOf(name) > 1 && sizeOf(name) <= MOST_SERIES
  const isPart = (name: string): boolean => !isName(name) && sizeOf(name) > 1 && sizeOf(name) <= MOST_PARTS
  const day = others.find((name) => isTime(columns, rows, name))
  const dated = day === undefined ? timeColumns(columns) : undefined
  const time = day ?? dated?.[0] ?? largestOf(columns.filter(partOf), sizeOf)
  // Of two names, the one with few values is the parts, so that no rows are added up.
  const [first, second] = others
  const isTurned = first !== undefined && second !== undefined && isFew(first) && isMany(sizeOf(second))
  const place = isTurned ? second : first
  // People read names; the code beside them says the same.
  const nameOf = place?.replace(/_(id|code)$/, '_name') ?? ''
  const isNamedAlike = nameOf !== place && others.includes(nameOf) && sizeOf(nameOf) === rows.length
  const named = isNamedAlike ? nameOf : place
  const x = time ?? named ?? ranks[0] ?? numbers[0]
  const asked = askedMeasure(
    columns,
    numbers.filter((name) => name !== x),
    sql,
  )
  if (x === undefined || asked === undefined) return undefined
  // The columns of one axis of time are one place.
  const axis = x === dated?.[0] ? dated : isNamedAlike && x === nameOf ? [x, place ?? ''] : [x]
  const parts = others.filter((name) => !axis.includes(name))
  // A line or a bar for each where the rows of all would be added up otherwise, such as sales by day and series.
  const isWhole = (...names: string[]): boolean =>
    new Set(rows.map((row) => JSON.stringify(names.map((name) => row[at(name)])))).size === rows.length
  const parted = parts.filter((name) => sizeOf(name) > 1 && sizeOf(name) <= MOST_PARTS)
  // Averages and the like are never added up, so that the largest of many parts are drawn.
  const whole = unaddable(sql, columns)
  const isAddable = !whole.has(asked)
  const isEach = isWhole(...axis)
  const apart = isEach
    ? undefined
    : (isAddable ? parted : [...parted, ...parts]).find((name) => isWhole(...axis, name))
  // Where the rows of a place would be added up, the measure is one that adds up.
  const isRefused = !isAddable && apart === undefined && !isEach
  const summed = numbers.find((name) => name !== x && !whole.has(name))
  const y = isRefused && summed !== undefined ? summed : asked
  const series = apart ?? parts.find(isFew) ?? parts.find(isPart)
  return { x, y: [y], series: series ?? '' }
}

/** What a person chose to draw, if the answer has these columns; what it suggests otherwise. */
export function drawable(
  { columns, rows, query }: { columns: Column[]; rows: Cell[][]; query?: { sql: string } },
  choice: Choice | undefined,
): Choice | undefined {
  const names = new Set(columns.map(({ name }) => name))
  const asked = choice ? [choice.x, ...(choice.series ? [choice.series] : [])] : []
  const numbers = measures(columns, query?.sql)
  const isDrawable =
    asked.every((name) => names.has(name)) && choice?.y.every((name) => numbers.includes(name))
  return choice && isDrawable ? choice : suggested(columns, rows, query?.sql)
}

/** The column with the most values, of weekdays and hours the hours. */
function largestOf(columns: Column[], sizeOf: (name: string) => number): string | undefined {
  const [largest] = columns.toSorted((a, b) => sizeOf(b.name) - sizeOf(a.name))
  return largest?.name
}

/** Whether a column has days or moments, also as texts. */
export function isTime(columns: Column[], rows: Cell[][], name: string): boolean {
  const at = columns.findIndex((one) => one.name === name)
  if (/^(date|timestamp)/i.test(columns[at]?.type ?? '')) return true
  const texts = rows.slice(0, 100).map((row) => row[at])
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && DAY.test(text))
}
