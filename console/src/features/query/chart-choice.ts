import type { Schemas } from '../../api/client'
import { type Cell, isName, isNumeric } from '../../api/format'
import { heading, label } from '../../formats/words'
import type { Shown } from '../dashboards/chart-options'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { stepOf } from './open-period'
import { orderedBy } from './statement-clauses'
import { unaddable } from './unaddable'

interface Column {
  name: string
  type: string
  unit?: string
  kind?: '' | 'name' | 'mean'
}

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

export interface Drawn extends Shown {
  /** The columns of which several rows are one point of the chart; empty where each row is a point. */
  addedUp: string[]
  /** How many rows the chart was made of. */
  rowsRead: number
  /** What else the chart shows otherwise than the table; empty where it shows the same. */
  note: string
  /** Why nothing is drawn, and the remedy; empty where something is. */
  refused: string
}

const MOST_BARS = 50
const MOST_POINTS = 5_000
const MOST_SERIES = 8
const MOST_PARTS = 15
const DAY = /^\d{4}-\d{2}(-\d{2})?([T ]|$)/

export const measures = (columns: Column[]): string[] =>
  columns.filter((one) => isNumeric(one.type) && !isName(one.name)).map((one) => one.name)

/** Whether bars of so many names can be read, and colours cannot. */
const isMany = (values: number): boolean => values > MOST_SERIES && values <= MOST_BARS

/** The measure by which a statement orders its rows, which is the one that it asks about; the first one of another. */
function askedMeasure(columns: Column[], numbers: string[], sql: string): string | undefined {
  const named = orderedBy(sql).map((item) =>
    /^\d+$/.test(item)
      ? columns[Number(item) - 1]?.name
      : numbers.find((name) => name.toLowerCase() === item.toLowerCase()),
  )
  return named.find((name) => name !== undefined && numbers.includes(name)) ?? numbers[0]
}

/** The chart that an answer suggests; undefined where no column is a number. */
export function suggested(columns: Column[], rows: Cell[][], sql = ''): Choice | undefined {
  const numbers = measures(columns)
  const others = columns.map((one) => one.name).filter((name) => !numbers.includes(name))
  const at = (name: string): number => columns.findIndex((one) => one.name === name)
  const sizeOf = (name: string): number => new Set(rows.map((row) => row[at(name)])).size
  const isFew = (name: string): boolean => sizeOf(name) > 1 && sizeOf(name) <= MOST_SERIES
  const isPart = (name: string): boolean => !isName(name) && sizeOf(name) > 1 && sizeOf(name) <= MOST_PARTS
  const time = others.find((name) => isTime(columns, rows, name))
  // Of two names, the one with few values is the parts, so that no rows are added up.
  const [first, second] = others
  const isTurned = first !== undefined && second !== undefined && isFew(first) && isMany(sizeOf(second))
  const x = time ?? (isTurned ? second : first) ?? numbers[0]
  const y = askedMeasure(
    columns,
    numbers.filter((name) => name !== x),
    sql,
  )
  if (x === undefined || y === undefined) return undefined
  const parts = others.filter((name) => name !== x)
  // A line or a bar for each where the rows of all would be added up otherwise, such as sales by day and series.
  const isWhole = (...names: string[]): boolean =>
    new Set(rows.map((row) => JSON.stringify(names.map((name) => row[at(name)])))).size === rows.length
  const parted = parts.filter((name) => sizeOf(name) > 1 && sizeOf(name) <= MOST_PARTS)
  // Averages and the like are never added up, so that the largest of many parts are drawn.
  const isAddable = !unaddable(sql, columns).has(y)
  const apart = isWhole(x)
    ? undefined
    : (isAddable ? parted : [...parted, ...parts]).find((name) => isWhole(x, name))
  const series = apart ?? parts.find(isFew) ?? parts.find(isPart)
  return { x, y: [y], series: series ?? '' }
}

/** What a person chose to draw, if the answer has these columns; what it suggests otherwise. */
export function drawable(
  { columns, rows, query }: { columns: Column[]; rows: Cell[][]; query?: { sql: string } },
  choice: Choice | undefined,
): Choice | undefined {
  const names = new Set(columns.map(({ name }) => name))
  const asked = choice ? [choice.x, ...choice.y, ...(choice.series ? [choice.series] : [])] : []
  return choice && asked.every((name) => names.has(name)) ? choice : suggested(columns, rows, query?.sql)
}

/** The answer as a chart draws it: lines over time or numbers, bars over names, unless the person chose the kind; rows of one point are added up. */
export function drawn(columns: Column[], rows: Cell[][], choice: Choice, sql = ''): Drawn {
  const at = (name: string): number => columns.findIndex((one) => one.name === name)
  const isOrdered = isTime(columns, rows, choice.x) || isNumeric(columns[at(choice.x)]?.type ?? '')
  const isLine = choice.kind ? choice.kind !== 'bar' : isOrdered
  const y = choice.series ? choice.y.slice(0, 1) : choice.y
  const names = choice.series ? [choice.x, choice.series, ...y] : [choice.x, ...y]
  const keys = names.length - y.length
  const all = pointsOf(
    rows.map((row) => names.map((name) => row[at(name)] ?? null)),
    keys,
  )
  if (isOrdered) all.sort(([one], [other]) => compared(one ?? null, other ?? null))
  const addedUp = all.length < rows.length ? names.slice(0, keys) : []
  const whole = unaddable(sql, columns)
  const refused = addedUp.length > 0 ? y.filter((name) => whole.has(name)) : []
  // Averages one above the other would be read as their sum.
  const isWhole = choice.series !== '' && whole.has(y[0] ?? '')
  const few = isWhole ? largestSeries(all, choice.series) : { points: all }
  const isStackedAs = choice.isStacked ?? (isWhole ? false : undefined)
  const drawing = chartDrawing({ ...choice, isStacked: isStackedAs }, isLine)
  const isStacked = drawing.is_stacked ?? true
  // Stacked bars of one place are one bar with its parts, those beside each other are bars of their own.
  const bars = choice.series && !isStacked ? few.points.length : 0
  const cut = wholePlaces(few.points, isLine, bars, isOrdered)
  const mixed = drawing.form === 'area' && choice.series && isStacked ? mixedSeries(cut.points) : ''
  return {
    panel: { ...panelOf(choice, y, isLine), ...drawing, ...(mixed ? { is_stacked: false } : {}) },
    columns: names,
    rows: refused.length > 0 ? [] : cut.points,
    addedUp,
    rowsRead: rows.length,
    note: [few.note, cut.note, mixed].filter(Boolean).join(' '),
    refused: refused.length > 0 ? refusedWords(refused, addedUp) : '',
  }
}

/** One row for each point; the numbers of further rows are added to it. The first cells of a row, so many as `keys`, are its point. */
function pointsOf(rows: Cell[][], keys: number): Cell[][] {
  const points = new Map<string, Cell[]>()
  for (const cells of rows) {
    const key = JSON.stringify(cells.slice(0, keys))
    const before = points.get(key)
    points.set(
      key,
      before ? cells.map((cell, place) => (place < keys ? cell : added(before[place], cell))) : cells,
    )
  }
  return [...points.values()]
}

/** Why averages and the like are not drawn where several rows are one point. */
function refusedWords(measured: string[], names: string[]): string {
  const [what, where] = [measured, names].map((of) => of.map((name) => heading(name)).join(' and '))
  return `${what} cannot be added up, and several rows have the same ${where}. Choose the column that tells them apart at “For each”, or group the statement by ${where} alone.`
}

/** The points of the largest series of a measure that cannot be added up, in which the others are left out. */
function largestSeries(points: Cell[][], column: string): { points: Cell[][]; note?: string } {
  const sizes = new Map<Cell, number>()
  for (const [, series = null, value] of points)
    sizes.set(series, (sizes.get(series) ?? 0) + Math.abs(Number(value ?? 0)))
  if (sizes.size <= MOST_PARTS) return { points }
  const largest = [...sizes].sort(([, one], [, other]) => other - one).slice(0, MOST_SERIES)
  const kept = new Set(largest.map(([series]) => series))
  return {
    points: points.filter(([, series = null]) => kept.has(series)),
    note: `The largest ${MOST_SERIES} of ${sizes.size} by ${heading(column)} are drawn.`,
  }
}

/** The points of as many whole places as can be read, of periods the newest: no bar lacks a part. */
function wholePlaces(
  points: Cell[][],
  isLine: boolean,
  bars: number,
  isOrdered: boolean,
): { points: Cell[][]; note: string } {
  const sizes = new Map<Cell, number>()
  for (const [place = null] of points) sizes.set(place, (sizes.get(place) ?? 0) + 1)
  const places = [...sizes.keys()]
  const each = Math.max(...sizes.values(), 1)
  const most = isLine
    ? Math.max(1, Math.floor(MOST_POINTS / each))
    : bars > MOST_BARS
      ? Math.max(1, Math.floor(MOST_BARS / each))
      : MOST_BARS
  if (places.length <= most) return { points, note: '' }
  // The newest periods are the ones to see.
  const isNewest = isOrdered && !isLine
  const kept = new Set(isNewest ? places.slice(-most) : places.slice(0, most))
  const end = isNewest ? 'last' : 'first'
  const what = stepOf(places.map((place) => String(place ?? ''))) || 'values'
  return {
    points: points.filter(([place = null]) => kept.has(place)),
    note: `The ${end} ${most} of ${places.length} ${what} are drawn.`,
  }
}

/** Why areas are not one above the other: a series on both sides of zero would lie across the others. */
function mixedSeries(points: Cell[][]): string {
  const signs = new Map<Cell, Set<number>>()
  for (const [, series = null, value] of points) {
    const own = signs.get(series) ?? new Set()
    own.add(Math.sign(Number(value ?? 0)))
    signs.set(series, own)
  }
  const [first] = [...signs].find(([, own]) => own.has(1) && own.has(-1)) ?? []
  return first === undefined
    ? ''
    : `The areas are not stacked, because ${label(String(first ?? '–'))} has values above and below zero. Bars can be stacked.`
}

function isTime(columns: Column[], rows: Cell[][], name: string): boolean {
  const at = columns.findIndex((one) => one.name === name)
  if (/^(date|timestamp)/i.test(columns[at]?.type ?? '')) return true
  const texts = rows.slice(0, 100).map((row) => row[at])
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && DAY.test(text))
}

const added = (one: Cell | undefined, other: Cell): Cell =>
  other === null ? (one ?? null) : Number(one ?? 0) + Number(other)

function compared(one: Cell, other: Cell): number {
  const [first, second] = [Number(one), Number(other)]
  if (Number.isFinite(first) && Number.isFinite(second)) return first - second
  return String(one) < String(other) ? -1 : 1
}

function panelOf(choice: Choice, y: string[], isLine: boolean): Schemas['Panel'] {
  return {
    ...EMPTY_PANEL,
    name: 'answer',
    question: `${y.join(', ')} by ${choice.x}${choice.series ? ` and ${choice.series}` : ''}`,
    kind: isLine ? 'line' : 'bar',
    x: choice.x,
    y,
    series: choice.series,
  }
}
