import type { Schemas } from '../../api/client'
import { type Cell, count, isNumeric } from '../../api/format'
import type { AnswerColumn } from '../../formats/columns'
import { heading } from '../../formats/words'
import type { Shown } from '../dashboards/chart-options'
import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { alikeMeasures } from './alike-measures'
import { bandStep } from './bands'
import { type Choice, chartDrawing, isId, isTime, measures } from './chart-choice'
import {
  byMeasure,
  compared,
  inOrderOf,
  isHiding,
  largestSeries,
  mixedSeries,
  MOST_POINTS,
  pointsOf,
  wholePlaces,
} from './chart-points'
import { withMissingPlaces } from './missing-places'
import { orderedColumns } from './statement-items'
import { partsAxis, withParts } from './time-parts'
import { partOf, partWords } from '../../formats/date-parts'
import { unaddable } from './unaddable'

type Column = AnswerColumn

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

/** The answer as a chart draws it: lines over time or numbers, bars over names, unless the person chose the kind; rows of one point are added up. */
export function drawn(given: Column[], rows: Cell[][], choice: Choice, sql = ''): Drawn {
  const columns = withParts(given)
  const apartFromX = choice.y.filter((name) => name !== choice.x)
  const asked = apartFromX.length > 0 ? apartFromX : choice.y
  if (isOfMeasure(given, choice, sql)) return points(columns, rows, { ...choice, y: asked })
  const alike = alikeMeasures(columns, asked)
  const y = choice.series ? asked.slice(0, 1) : alike.alike
  const keys = choice.series ? [choice.x, choice.series] : [choice.x]
  const places = placesOf(columns, rows, choice, sql)
  const all = addedPoints(columns, rows, [...keys, ...y], keys.length, places)
  const addedUp = all.length < rows.length ? keys : []
  const whole = unaddable(sql, columns)
  const refused = addedUp.length > 0 ? y.filter((name) => whole.has(name)) : []
  const isAddable = !y.some((name) => whole.has(name))
  const drawing = chartDrawing({ ...choice, isStacked: isAddable ? choice.isStacked : false }, places.isLine)
  // Averages one above the other would be read as their sum.
  const few = choice.series && !isAddable ? largestSeries(all, choice.series) : { points: all }
  const isStacked = drawing.is_stacked ?? true
  const ordered = orderedColumns(
    sql,
    columns.map(({ name }) => name),
  )
  const ranked = rankOf(ordered, y, places, choice.series !== '' && isStacked && isAddable)
  const cut = wholePlaces(
    ranked === 'all' ? byMeasure(few.points, keys.length) : few.points,
    {
      isLine: places.isLine || places.step > 0,
      // Stacked bars of one place are one bar with its parts, those beside each other are bars of their own.
      bars: choice.series && !isStacked && !places.step ? few.points.length : 0,
      isOfParts: places.isOfParts,
      isOrdered: places.isOrdered,
      rankedBy: ranked ? titleOf(columns, y[0]) : '',
    },
    keys.length,
  )
  const isLine = places.isLine && places.isOrdered && !places.axis && drawing.form !== 'area'
  const even = isLine ? withMissingPlaces(cut.points, keys.length) : { points: cut.points, note: '' }
  const mixed = drawing.form === 'area' && choice.series && isStacked ? mixedSeries(cut.points) : ''
  const isApart =
    places.isLine && !drawing.form && drawing.scale === 'auto' && choice.series !== '' && isHiding(cut.points)
  const unlike = choice.series ? '' : leftOutWords(columns, alike.others, y)
  return {
    panel: {
      ...panelOf(choice, y, places.isLine),
      ...drawing,
      ...(mixed ? { is_stacked: false } : {}),
      ...(isApart ? { scale: 'each' } : {}),
    },
    columns: [...keys, ...y],
    rows: refused.length > 0 ? [] : even.points,
    addedUp,
    rowsRead: rows.length,
    note: [few.note, cut.note, even.note, mixed, unlike].filter(Boolean).join(' '),
    refused: refused.length > 0 ? refusedWords(columns, refused, addedUp) : '',
    isAddable,
    ...(places.step ? { step: places.step } : {}),
    period: places.period,
    isJoined: even.note !== '',
    ...(choice.series ? { order: legendOrder(columns, rows, choice.series, cut.points) } : {}),
  }
}

/** How the places of a chart lie beside each other. */
interface Places {
  /** The axis of parts of dates, such as months and their years. */
  axis: ReturnType<typeof partsAxis>
  /** Whether the parts have no year, such as weekdays. */
  isOfParts: boolean
  isOfIds: boolean
  /** Whether they follow each other by time or number. */
  isOrdered: boolean
  isLine: boolean
  /** The width of bands of numbers; 0 for other places. */
  step: number
  period: string
}

function placesOf(columns: Column[], rows: Cell[][], choice: Choice, sql: string): Places {
  const column = columns.find(({ name }) => name === choice.x)
  const series = columns.find(({ name }) => name === choice.series)
  const axis = partsAxis(columns, choice.x, choice.series)
  const isOfIds = column !== undefined && isId(column)
  const isOfNumbers = !isOfIds && isNumeric(column?.type ?? '')
  const isOrdered = axis ? axis.isTime : isTime(columns, rows, choice.x) || isOfNumbers
  const step = axis || !isOfNumbers ? 0 : stepAt(columns, rows, choice, sql)
  // The months of several years are compared as lines, and ids have no order that a line could follow.
  const isLinear = choice.kind
    ? choice.kind !== 'bar'
    : isOrdered || (series !== undefined && partOf(series) === 'year')
  return {
    axis,
    isOfParts: axis !== undefined && !axis.isTime,
    isOfIds,
    isOrdered,
    isLine: !isOfIds && !step && isLinear,
    step,
    period: axis ? axis.period : (column?.period ?? ''),
  }
}

/** The points of a chart in the order of its places: the columns of these names, of which the first are the point. */
function addedPoints(
  columns: Column[],
  rows: Cell[][],
  names: string[],
  keys: number,
  { axis, isOrdered }: Places,
): Cell[][] {
  const cells = names.map((name, place) => {
    const at = columns.findIndex((column) => column.name === name)
    if (place === 0 && axis) return axis.placeOf
    const series = place === 1 && keys > 1 ? columns[at] : undefined
    const part = series ? partOf(series) : ''
    return (row: Cell[]): Cell => partWords(row[at] ?? null, part)
  })
  const inOrder = axis && !axis.isTime ? rows.toSorted((a, b) => axis.rankOf(a) - axis.rankOf(b)) : rows
  const all = pointsOf(
    inOrder.map((row) => cells.map((cellOf) => cellOf(row))),
    keys,
  )
  return isOrdered ? all.sort(([one], [other]) => compared(one ?? null, other ?? null)) : all
}

/**
 * Which bars are in the order of their measure: all, only those left where not all are drawn, or none, so that they keep the statement's order.
 * A statement that orders its rows by the measure alone orders the parts of stacks, and a reader compares stacks.
 */
function rankOf(
  ordered: (string | undefined)[],
  y: string[],
  { axis, isLine, isOfIds, isOrdered }: Places,
  isStacked: boolean,
): 'all' | 'cut' | undefined {
  const isMeasure = (name: string | undefined): boolean => name !== undefined && y.includes(name)
  if (isStacked && !isLine && !isOrdered && !axis) return ordered.every(isMeasure) ? 'all' : undefined
  return isOfIds && !ordered.some(isMeasure) ? 'cut' : undefined
}

/** The series in the order of the legend. */
function legendOrder(columns: Column[], rows: Cell[][], series: string, all: Cell[][]): string[] {
  const at = columns.findIndex(({ name }) => name === series)
  const column = columns[at]
  const values = rows.map((row) => row[at] ?? null)
  return inOrderOf(column ? partOf(column) : '', all, values)
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

/** Why averages and the like are not drawn where several rows are one point. */
function refusedWords(columns: Column[], measured: string[], names: string[]): string {
  const [what, where] = [measured, names].map((of) => of.map((name) => titleOf(columns, name)).join(' and '))
  return `${what} cannot be added up, and several rows have the same ${where}. Choose the column that tells them apart at “For each”, or group the statement by ${where} alone.`
}

/** The title of a column, as the table of the answer has it. */
function titleOf(columns: Column[], name = ''): string {
  const column = columns.find((one) => one.name === name)
  return column?.label || heading(name, column?.unit)
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
