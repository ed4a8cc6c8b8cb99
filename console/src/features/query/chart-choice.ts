import type { Schemas } from '../../api/client'
import { type Cell, count, isName, isNumeric } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { heading, label } from '../../formats/words'
import type { Shown } from '../dashboards/chart-options'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { alikeMeasures } from './alike-measures'
import { bandStep } from './bands'
import { stepOf } from './open-period'
import { orderedBy } from './statement-clauses'
import { groupedColumns } from './statement-items'
import { partOf, partsAxis, partsInOrder, partWords, timeColumns, withParts } from './time-parts'
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

export interface Drawn extends Shown {
  /** The columns of which several rows are one point of the chart; empty where each row is a point. */
  addedUp: string[]
  /** How many rows the chart was made of. */
  rowsRead: number
  /** What else the chart shows otherwise than the table; empty where it shows the same. */
  note: string
  /** Why nothing is drawn, and the remedy; empty where something is. */
  refused: string
  /** Whether its values may be added up, also as parts of one bar or area. */
  isAddable: boolean
}

const MOST_BARS = 50
const MOST_POINTS = 5_000
const MOST_SERIES = 8
const MOST_PARTS = 15
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

/** The measure by which a statement orders its rows, which is the one that it asks about; the first one of another. */
const askedMeasure = (columns: Column[], numbers: string[], sql: string): string | undefined =>
  orderedColumns(columns, sql).find((name) => numbers.includes(name)) ?? numbers[0]

/** The columns of an answer by which its statement orders the rows. */
function orderedColumns(columns: Column[], sql: string): string[] {
  const names = columns.map(({ name }) => name)
  return orderedBy(sql)
    .map((item) =>
      /^\d+$/.test(item)
        ? names[Number(item) - 1]
        : names.find((name) => name.toLowerCase() === item.toLowerCase()),
    )
    .filter((name) => name !== undefined)
}

/** The chart that an answer suggests; undefined where no column is a number. */
export function suggested(all: Column[], rows: Cell[][], sql = ''): Choice | undefined {
  const columns = withParts(all)
  const numbers = measures(columns, sql)
  const others = columns.map((one) => one.name).filter((name) => !numbers.includes(name))
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
  const x = time ?? named ?? numbers[0]
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

/** The answer as a chart draws it: lines over time or numbers, bars over names, unless the person chose the kind; rows of one point are added up. */
export function drawn(stated: Column[], rows: Cell[][], choice: Choice, sql = ''): Drawn {
  const columns = withParts(stated)
  const at = (name: string): number => columns.findIndex((one) => one.name === name)
  const [xColumn, seriesColumn] = [columns[at(choice.x)], columns[at(choice.series)]]
  const axis = partsAxis(columns, choice.x, choice.series)
  const seriesPart = seriesColumn ? partOf(seriesColumn) : ''
  const isOfIds = xColumn !== undefined && isId(xColumn)
  const isOrdered = axis
    ? axis.isTime
    : isTime(columns, rows, choice.x) || (!isOfIds && isNumeric(xColumn?.type ?? ''))
  const step = axis || isOfIds || !isNumeric(xColumn?.type ?? '') ? 0 : stepAt(columns, rows, choice, sql)
  // The months of several years are compared as lines, and ids have no order that a line could follow.
  const isLine =
    !isOfIds && !step && (choice.kind ? choice.kind !== 'bar' : isOrdered || seriesPart === 'year')
  const apartFromX = choice.y.filter((name) => name !== choice.x)
  const others = apartFromX.length > 0 ? apartFromX : choice.y
  if (isOfMeasure(stated, choice, sql)) return points(columns, rows, { ...choice, y: others })
  const axisOf = alikeMeasures(columns, others)
  const y = choice.series ? others.slice(0, 1) : axisOf.alike
  const unlike = choice.series ? '' : leftOutWords(columns, axisOf.others, y)
  const names = choice.series ? [choice.x, choice.series, ...y] : [choice.x, ...y]
  const keys = names.length - y.length
  const inOrder = axis && !axis.isTime ? rows.toSorted((a, b) => axis.rankOf(a) - axis.rankOf(b)) : rows
  const cellOf = (row: Cell[], name: string, place: number): Cell => {
    if (place === 0 && axis) return axis.placeOf(row)
    const cell = row[at(name)] ?? null
    return place === 1 && choice.series ? partWords(cell, seriesPart) : cell
  }
  const all = pointsOf(
    inOrder.map((row) => names.map((name, place) => cellOf(row, name, place))),
    keys,
  )
  if (isOrdered) all.sort(([one], [other]) => compared(one ?? null, other ?? null))
  const addedUp = all.length < rows.length ? names.slice(0, keys) : []
  const whole = unaddable(sql, columns)
  const refused = addedUp.length > 0 ? y.filter((name) => whole.has(name)) : []
  // Averages one above the other would be read as their sum.
  const isWhole = choice.series !== '' && whole.has(y[0] ?? '')
  const few = isWhole ? largestSeries(all, choice.series) : { points: all }
  const ordered = orderedColumns(columns, sql)
  const isAddable = !y.some((name) => whole.has(name))
  const isStackedAs = isAddable ? choice.isStacked : false
  const drawing = chartDrawing({ ...choice, isStacked: isStackedAs }, isLine)
  const isStacked = drawing.is_stacked ?? true
  // A statement orders the parts of a stack, and a reader compares stacks.
  const isOfStacks = choice.series !== '' && isStacked && isAddable && !isLine && !isOrdered && !axis
  const isRanked = isOfStacks
    ? !ordered.includes(choice.x)
    : isOfIds && !ordered.some((name) => y.includes(name))
  // Stacked bars of one place are one bar with its parts, those beside each other are bars of their own.
  const bars = choice.series && !isStacked ? few.points.length : 0
  // Hours, weekdays and months are few and have an order: without some of them the chart would be of a part of the day.
  const isOfParts = axis !== undefined && !axis.isTime
  const limit = {
    isLine: isLine || step > 0,
    bars: step ? 0 : bars,
    isOfParts,
    isOrdered,
    rankedBy: isRanked ? titleOf(columns, y[0]) : '',
  }
  const inRank = isOfStacks && isRanked ? byMeasure(few.points, keys) : few.points
  const cut = wholePlaces(inRank, limit, keys)
  const mixed = drawing.form === 'area' && choice.series && isStacked ? mixedSeries(cut.points) : ''
  const isApart =
    isLine && !drawing.form && drawing.scale === 'auto' && choice.series !== '' && isHiding(cut.points)
  return {
    panel: {
      ...panelOf(choice, y, isLine),
      ...drawing,
      ...(mixed ? { is_stacked: false } : {}),
      ...(isApart ? { scale: 'each' } : {}),
    },
    columns: names,
    rows: refused.length > 0 ? [] : cut.points,
    addedUp,
    rowsRead: rows.length,
    note: [few.note, cut.note, mixed, unlike].filter(Boolean).join(' '),
    refused: refused.length > 0 ? refusedWords(columns, refused, addedUp) : '',
    isAddable,
    ...(step ? { step } : {}),
    period: axis ? axis.period : (xColumn?.period ?? ''),
    ...(choice.series
      ? {
          order: inOrderOf(
            seriesPart,
            cut.points,
            rows.map((row) => row[at(choice.series)] ?? null),
          ),
        }
      : {}),
  }
}

/** The width of the bands of numbers of a chart; 0 where they are none, and where a person chose lines. */
const stepAt = (columns: Column[], rows: Cell[][], { x, kind }: Choice, sql: string): number => {
  if (kind !== undefined && kind !== 'bar') return 0
  const names = columns.map(({ name }) => name)
  const at = names.indexOf(x)
  return bandStep(
    sql,
    names,
    x,
    rows.map((row) => row[at] ?? null),
  )
}

/** Whether a chart puts two measures against each other: a number that is no id and no group is no place of a line. */
const isOfMeasure = (columns: Column[], { x, kind }: Choice, sql: string): boolean =>
  (kind === undefined || kind === 'points') && measures(columns, sql).includes(x)

/** A point for each row, where two measures are against each other; nothing is added up. */
function points(columns: Column[], rows: Cell[][], choice: Choice): Drawn {
  const y = choice.y.slice(0, 1)
  const series = columns.find(({ name }) => name === choice.series)
  const part = series ? partOf(series) : ''
  const names = [choice.x, ...(choice.series ? [choice.series] : []), ...y]
  const places = names.map((name) => columns.findIndex((column) => column.name === name))
  const all = rows
    .map((row) => places.map((place) => row[place] ?? null))
    .filter((cells) => cells[0] !== null && cells.at(-1) !== null)
    .toSorted(([one], [other]) => compared(one ?? null, other ?? null))
  const drawnRows = all
    .slice(0, MOST_POINTS)
    .map((cells) => cells.map((cell, at) => (at === 1 && choice.series ? partWords(cell, part) : cell)))
  const cut = all.length > MOST_POINTS ? `The first ${MOST_POINTS} of ${all.length} points are drawn.` : ''
  const missing = rows.length - all.length
  const without =
    missing > 0
      ? `${count(missing, 'row')} without one of both numbers ${missing > 1 ? 'have' : 'has'} no point.`
      : ''
  const scale = choice.scale === 'log' && all.every((cells) => Number(cells.at(-1)) > 0) ? 'log' : 'auto'
  return {
    panel: { ...panelOf(choice, y, true), kind: 'scatter', form: 'points', scale },
    columns: names,
    rows: drawnRows,
    addedUp: [],
    rowsRead: rows.length,
    note: [cut, without, leftOutWords(columns, choice.y.slice(1), y)].filter(Boolean).join(' '),
    refused: '',
    isAddable: false,
  }
}

/** Why a measure is not drawn with others. */
function leftOutWords(columns: Column[], left: string[], kept: string[]): string {
  if (left.length === 0) return ''
  const [out, beside] = [left, kept].map((of) => of.map((name) => titleOf(columns, name)).join(' and '))
  return `${out} ${left.length > 1 ? 'are' : 'is'} not drawn: one axis cannot have ${left.length > 1 ? 'them' : 'it'} with ${beside}.`
}

/** The sizes of points together, by what they have in common. */
function sizesBy<Key>(
  points: Cell[][],
  keyOf: (cells: Cell[]) => Key,
  sizeOf: (cells: Cell[]) => number,
): Map<Key, number> {
  const sizes = new Map<Key, number>()
  for (const cells of points) sizes.set(keyOf(cells), (sizes.get(keyOf(cells)) ?? 0) + sizeOf(cells))
  return sizes
}

/** How large the point of a series is, also below zero. */
const sizeOfPart = ([, , value]: Cell[]): number => Math.abs(Number(value ?? 0))

/** The series in the order of the legend: parts of dates in their own, others the largest first. */
function inOrderOf(part: string, points: Cell[][], values: Cell[]): string[] {
  const sizes = sizesBy(points, ([, series = null]) => String(series ?? '–'), sizeOfPart)
  if (part) return partsInOrder(values, part).filter((name) => sizes.has(name))
  return [...sizes].toSorted(([, a], [, b]) => b - a).map(([name]) => name)
}

/** So many small charts can be read. */
const MOST_CHARTS = 9
/** A series that is so many times smaller than the largest one is a line at zero beside it. */
const HIDDEN = 20

/** Whether one series hides at least half of the others, and no log scale can show them, because some values are not above zero. */
function isHiding(points: Cell[][]): boolean {
  const values = points.map(([, , value]) => Number(value ?? 0))
  const sizes = new Map<Cell, number>()
  for (const [, series = null, value] of points)
    sizes.set(series, Math.max(sizes.get(series) ?? 0, Math.abs(Number(value ?? 0))))
  const largest = Math.max(...sizes.values())
  const hidden = [...sizes.values()].filter((size) => size * HIDDEN < largest)
  const isFew = sizes.size > 2 && sizes.size <= MOST_CHARTS
  return isFew && hidden.length * 2 >= sizes.size && values.some((value) => value <= 0)
}

/** The column with the most values, of weekdays and hours the hours. */
function largestOf(columns: Column[], sizeOf: (name: string) => number): string | undefined {
  const [largest] = columns.toSorted((a, b) => sizeOf(b.name) - sizeOf(a.name))
  return largest?.name
}

/** The title of a column, as the table of the answer has it. */
function titleOf(columns: Column[], name = ''): string {
  const column = columns.find((one) => one.name === name)
  return column?.label || heading(name, column?.unit)
}

/** Points from the place with the largest measure to the smallest one. */
function byMeasure(points: Cell[][], keys: number): Cell[][] {
  const placeOf = ([place = null]: Cell[]): Cell => place
  const sizes = sizesBy(points, placeOf, (cells) => Number(cells[keys] ?? 0))
  const sizeOf = (cells: Cell[]): number => sizes.get(placeOf(cells)) ?? 0
  return points.toSorted((a, b) => sizeOf(b) - sizeOf(a))
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
function refusedWords(columns: Column[], measured: string[], names: string[]): string {
  const [what, where] = [measured, names].map((of) => of.map((name) => titleOf(columns, name)).join(' and '))
  return `${what} cannot be added up, and several rows have the same ${where}. Choose the column that tells them apart at “For each”, or group the statement by ${where} alone.`
}

/** The points of the largest series of a measure that cannot be added up, in which the others are left out. */
function largestSeries(points: Cell[][], column: string): { points: Cell[][]; note?: string } {
  const sizes = sizesBy(points, ([, series = null]) => series, sizeOfPart)
  if (sizes.size <= MOST_PARTS) return { points }
  const largest = [...sizes].sort(([, one], [, other]) => other - one).slice(0, MOST_SERIES)
  const kept = new Set(largest.map(([series]) => series))
  return {
    points: points.filter(([, series = null]) => kept.has(series)),
    note: `The largest ${MOST_SERIES} of ${sizes.size} by ${heading(column)} are drawn.`,
  }
}

/** How much of a chart can be read. */
interface Limit {
  isLine: boolean
  /** How many bars stand beside each other; 0 where those of one place are one. */
  bars: number
  /** Whether the places are parts of dates, such as hours, which are never cut. */
  isOfParts: boolean
  isOrdered: boolean
  /** The title of the measure whose largest places are drawn; empty for the first ones. */
  rankedBy: string
}

/** The points of as many whole places as can be read, of periods the newest: no bar lacks a part. */
function wholePlaces(
  all: Cell[][],
  { isLine, bars, isOfParts, isOrdered, rankedBy }: Limit,
  keys: number,
): { points: Cell[][]; note: string } {
  const points = rankedBy ? byMeasure(all, keys) : all
  const sizes = new Map<Cell, number>()
  for (const [place = null] of points) sizes.set(place, (sizes.get(place) ?? 0) + 1)
  const places = [...sizes.keys()]
  const each = Math.max(...sizes.values(), 1)
  const most = isLine
    ? Math.max(1, Math.floor(MOST_POINTS / each))
    : bars > MOST_BARS
      ? Math.max(1, Math.floor(MOST_BARS / each))
      : MOST_BARS
  if (isOfParts || places.length <= most) return { points: all, note: '' }
  // The newest periods are the ones to see.
  const isNewest = isOrdered && !isLine
  const kept = new Set(isNewest ? places.slice(-most) : places.slice(0, most))
  const end = isNewest ? 'last' : 'first'
  const what = stepOf(places.map((place) => String(place ?? ''))) || 'values'
  return {
    points: points.filter(([place = null]) => kept.has(place)),
    note: rankedBy
      ? `The ${most} of ${places.length} with the largest ${rankedBy} are drawn.`
      : `The ${end} ${most} of ${places.length} ${what} are drawn.`,
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
