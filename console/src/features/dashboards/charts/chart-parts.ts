import type { Schemas } from '../../../api/client'
import { axisLabel, type Cell } from '../../../api/format'
import { axisTitle, cellWords, dayOf, type Labels, type Units } from '../../../formats/columns'
import { day, kindOfTime, moment } from '../../../formats/moments'
import { heading, inSentence, label } from '../../../formats/words'
import type { Mark } from '../../notes/marks'
import { type BegunPeriod, fromWords, type OpenPeriod, untilWords } from '../../query/open-period'

export interface Shown {
  panel: Schemas['Panel']
  columns: string[]
  rows: Cell[][]
  units?: Units
  /** Headings that contracts give columns. */
  labels?: Labels
  /** The places of the axis on whose days people wrote notes. */
  marks?: Mark[]
  /** The last period of the axis, if it is not over. */
  open?: OpenPeriod | undefined
  /** The first period of the axis, if the data begin within it. */
  begun?: BegunPeriod | undefined
  /** The period that begins with each day of the axis, where the statement says it, such as `quarter`. */
  period?: string
  /** The order of its series, where they have one, such as weekdays. */
  order?: string[]
  /** The width of the bands of numbers that its places are, where they are such. */
  step?: number | undefined
  /** Whether it is drawn on a phone. */
  isNarrow?: boolean
  /** Its height in pixels, where that is fixed. */
  height?: number | undefined
  /** Whether a line goes on over places without a value. */
  isJoined?: boolean
}

export type Row = Record<string, Cell>
export type Scheme = 'light' | 'dark'

/** What every kind of chart needs of its panel: rows by column, the unit of each column, and the colours. */
export interface Drawing {
  panel: Schemas['Panel']
  rows: Row[]
  scheme: Scheme
  unitOf: (column: string) => string
  labels?: Labels
  marks?: Mark[]
  open?: OpenPeriod | undefined
  begun?: BegunPeriod | undefined
  period?: string
  order?: string[] | undefined
  isNarrow?: boolean
  height?: number | undefined
  /** Whether a line goes on over places without a value. */
  isJoined?: boolean
}

export const ACCENT = { light: '#0b7285', dark: '#3bc9db' }
export const INK = { light: '#343a40', dark: '#dee2e6' }
export const SOFT = { light: '#6c757d', dark: '#adb5bd' }
// Okabe & Ito (2008), colours that people with colour blindness can tell apart. Further series are grey.
// On dark paper the darker ones are lighter, each with a contrast of more than 4.5 to it.
const SERIES = {
  light: ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00'],
  dark: ['#3B9EE5', '#E69F00', '#1FBF8F', '#CC79A7', '#A5DCFB', '#F07030'],
}
const OTHERS = '#999999'
/** So many series have a colour of their own. */
export const COLOURS = SERIES.light.length

export const colourOf = (at: number, of: number, scheme: Scheme): string =>
  of === 1 ? ACCENT[scheme] : (SERIES[scheme][at] ?? OTHERS)

/** The place of each series by its size: the largest ones get the colours, the same ones in every kind of chart. */
export function placesBySize(series: (number | null)[][]): number[] {
  if (series.length <= COLOURS) return series.map((_, at) => at)
  const sizes = series.map((values) => values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0))
  return sizes.map(
    (size, at) => sizes.filter((other, place) => other > size || (other === size && place < at)).length,
  )
}

/** The width of a line of a legend, of a name's letter and of the mark beside it. */
const [LEGEND_PX, NARROW_LEGEND_PX, LETTER_PX, MARK_PX] = [620, 300, 7, 45]
const LEGEND_LINE_PX = 24

/** The room of a legend whose names take several lines, so that no line of the chart is drawn through them. */
export function legendHeight(names: string[], isNarrow: boolean): number {
  const width = isNarrow ? NARROW_LEGEND_PX : LEGEND_PX
  let [lines, used] = [1, 0]
  for (const { length } of names) {
    const needed = length * LETTER_PX + MARK_PX
    if (used > 0 && used + needed > width) [lines, used] = [lines + 1, 0]
    used += needed
  }
  return 8 + lines * LEGEND_LINE_PX
}

export const numeric = (value: Cell | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)
const NO_VALUE = '–'
export const text = (value: Cell | undefined): string => String(value ?? NO_VALUE)
/** The group of the rows without a value, such as `no region`. */
const withoutValue = (column: string, labels: Labels = {}): string =>
  `no ${inSentence(labels[column] || heading(column))}`
export const grid = { left: 12, right: 32, top: 40, bottom: 12, containLabel: true }

/** An axis of values with the unit in its labels or, where they cannot say it, in its title. */
export const valueAxis = (column: string, unit: string, labels: Labels = {}) => ({
  type: 'value',
  name: axisTitle(column, unit, labels[column]),
  nameTextStyle: { align: 'left', padding: [0, 0, 0, -4] },
  axisLabel: { formatter: (value: number) => axisLabel(value, unit), hideOverlap: true },
})

/** Of a whole step of an axis so much is empty where the values on one side of zero are few: they end the axis themselves. */
const LEAST_SIDE = 0.1

/** An axis of values between two ends; the shorter side of zero has no whole step where most of it would be empty. Its end is no round number, so neither a label nor a line of the grid is there. */
export function fittedAxis<Axis extends { axisLabel: object }>(
  axis: Axis,
  least: number,
  most: number,
): Axis {
  const isBetween = least < 0 && most > 0
  if (isBetween && -least < LEAST_SIDE * most)
    return {
      ...axis,
      min: least,
      axisLabel: { ...axis.axisLabel, showMinLabel: false },
      splitLine: { showMinLine: false },
    }
  if (isBetween && most < LEAST_SIDE * -least)
    return {
      ...axis,
      max: most,
      axisLabel: { ...axis.axisLabel, showMaxLabel: false },
      splitLine: { showMaxLine: false },
    }
  return axis
}

/** So many measures are named in the title of their axis. */
const MOST_TITLES = 3

/** The title of the axis of a chart: all of its measures, or the one that its series split. */
export function measuresTitle({ y, series }: Schemas['Panel'], unit: string, labels: Labels = {}): string {
  const [first = '', ...others] = y.map((column) => labels[column] || heading(column, unit))
  if (series || others.length === 0) return axisTitle(y[0] ?? '', unit, labels[y[0] ?? ''])
  const named = others.slice(0, MOST_TITLES - 1)
  const left = others.length - named.length
  const last = left > 0 ? `${left} more` : (named.pop() ?? '')
  return axisTitle('', unit, `${[first, ...named].join(', ')} and ${last}`)
}

/** What makes an axis of values one where a step is a factor. */
export const logAxis = (title: string) => ({ type: 'log', name: `${title} (log scale)` })

/** A name on an axis. A period of one day, `2026-01-02/2026-01-02`, is that day. */
export function axisName(name: string, column = '', period = ''): string {
  if (name === NO_VALUE && column) return withoutValue(column)
  const [from, to] = name.split('/')
  const single = from !== undefined && from === to ? from : name
  const time = kindOfTime(single)
  return time === 'day'
    ? dayOf(column, single, period)
    : time === 'moment'
      ? moment(single)
      : label(single, column)
}

/** A name on an axis, with the last or the first day of the data where they have a part of the period only. */
export function placeName(
  name: string,
  column: string,
  open: OpenPeriod | undefined,
  begun?: BegunPeriod,
  period = '',
): string {
  const words = axisName(name, column, period)
  if (open?.ahead && name >= open.ahead) return `${words} (to come)`
  if (name === open?.place) return `${words} (until ${untilWords(open)})`
  return name === begun?.place ? `${words} (from ${fromWords(begun)})` : words
}

/** Names of series: columns have headings, values are read as cells of their column are. */
export const seriesName = (name: string, { y, series }: Schemas['Panel'], labels: Labels = {}): string =>
  !series && y.includes(name)
    ? labels[name] || heading(name)
    : name === NO_VALUE
      ? withoutValue(series, labels)
      : label(name, series)

/** Every cell of a row with its column's heading. */
export const cells = (row: Row, { unitOf }: Drawing): string[] =>
  Object.entries(row).map(
    ([name, value]) => `${heading(name, unitOf(name))}: ${cellWords(name, value, unitOf(name))}`,
  )

export interface Hover {
  seriesName: string
  seriesIndex?: number
  name: string
  value: unknown
  dataIndex: number
  data?: unknown
}

/** Hover text as elements, so that a cell of a file is never read as HTML. */
export function hover(lines: (at: Hover[]) => string[]) {
  return {
    trigger: 'axis',
    confine: true,
    formatter: (given: Hover | Hover[]) => {
      const box = document.createElement('div')
      for (const line of lines(Array.isArray(given) ? given : [given])) {
        const part = document.createElement('div')
        part.textContent = line
        box.append(part)
      }
      return box
    },
  }
}

/** A flag has room for so many characters wherever it stands, and for so many where nothing is beside it. */
const [MIN_FLAG_CHARACTERS, MAX_FLAG_CHARACTERS] = [12, 60]
/** The characters that fit the width of a chart of half a page, and of a phone. */
const [CHART_CHARACTERS, PHONE_CHARACTERS] = [80, 40]

/** The beginning of a note, in whole words where one fits. */
function flagText(note: string, characters: number): string {
  if (note.length <= characters) return note
  const start = note.slice(0, characters)
  const words = start.slice(0, Math.max(0, start.lastIndexOf(' ')))
  return `${(words || start).replace(/[,;:.\s]+$/, '')}…`
}

/** The share of an axis that a flag may take. */
const FLAG_SHARE = 0.12

/** The row above the chart of each mark's flag: flags of neighbouring places lie above each other. Null where both rows are taken: the note is below the chart and in the hover text. The title of the axis takes the beginning of the second row. */
export function flagRows(marks: readonly Mark[], places: number): (number | null)[] {
  const width = FLAG_SHARE * places
  // The place up to which each row is taken.
  const taken = [-Infinity, 0]
  return marks.map(({ place }) => {
    const row = taken.findIndex((end) => place - end >= width)
    if (row < 0) return null
    taken[row] = place
    return row
  })
}

const FLAG_LINE = 14

/** The characters of a mark's flag, and its side of the line: as long as the note where its neighbours leave room. */
interface FlagRoom {
  characters: number
  align?: 'left' | 'right'
}

/** The room of the flag of each mark, between those of the same row and the edges of the chart. */
export function flagRooms(marks: readonly Mark[], places: number, isNarrow = false): FlagRoom[] {
  const rows = flagRows(marks, places)
  const perPlace = (isNarrow ? PHONE_CHARACTERS : CHART_CHARACTERS) / Math.max(places, 1)
  const charactersOf = (room: number): number =>
    Math.min(MAX_FLAG_CHARACTERS, Math.max(MIN_FLAG_CHARACTERS, Math.floor(room * perPlace)))
  return marks.map(({ place, at, notes }, index) => {
    const ofRow = marks.filter((_, other) => rows[other] === rows[index])
    const before = ofRow.findLast((mark) => mark.at < at)
    const after = ofRow.find((mark) => mark.at > at)
    // The title of the axis takes the beginning of the second row.
    const left = before ? (at - before.at) / 2 : at - (rows[index] ? FLAG_SHARE * places : 0)
    const right = after ? (after.at - at) / 2 : places - 1 - at
    const sides = { left: charactersOf(right), right: charactersOf(left) }
    const middle = charactersOf(2 * Math.min(left, right))
    if (place < (FLAG_SHARE * places) / 2) return { characters: sides.left, align: 'left' }
    const needed = notes[0]?.note.length ?? 0
    const align = sides.left >= sides.right ? 'left' : 'right'
    return middle >= Math.min(needed, sides[align])
      ? { characters: middle }
      : { characters: sides[align], align }
  })
}

/** Dotted lines where people wrote notes, each with a short flag; the whole text is in the hover text and below the chart. */
export function markLine(
  marks: readonly Mark[],
  scheme: Scheme,
  axis: 'xAxis' | 'yAxis' = 'xAxis',
  places = 0,
  isNarrow = false,
) {
  const isUpright = axis === 'xAxis'
  const rows = isUpright ? flagRows(marks, places) : []
  // Along a flat line the flag has the width of the chart.
  const rooms = isUpright ? flagRooms(marks, places, isNarrow) : []
  const flat = isNarrow ? MIN_FLAG_CHARACTERS : CHART_CHARACTERS / 2
  return {
    silent: true,
    symbol: ['none', 'none'],
    animation: false,
    lineStyle: { type: 'dotted', width: 1.5, color: INK[scheme] },
    label: {
      color: SOFT[scheme],
      // Above the end of an upright line: along it the text would be written across the chart.
      ...(isUpright ? { position: 'end', rotate: 0, distance: 2 } : { position: 'insideEndTop' }),
      fontSize: 12,
      formatter: ({ dataIndex }: { dataIndex: number }) =>
        flagText(marks[dataIndex]?.notes[0]?.note ?? '', rooms[dataIndex]?.characters ?? flat),
    },
    data: marks.map(({ place, at }, index) => ({
      [axis]: isUpright ? at : place,
      ...flagAt(rows[index], rooms[index]?.align),
    })),
  }
}

/** A chart with the marks of its notes. An axis of periods has no room between its places, so that the marks have an axis of numbers, which is not drawn. */
export function withMarks<Chart extends { xAxis: object; yAxis: object; series: object[] }>(
  chart: Chart,
  marks: readonly Mark[],
  scheme: Scheme,
  places: number,
  isNarrow = false,
): Chart | (Omit<Chart, 'xAxis' | 'yAxis'> & { xAxis: object[]; yAxis: object }) {
  if (marks.length === 0) return chart
  const isAtEdge = 'boundaryGap' in chart.xAxis && chart.xAxis.boundaryGap === false
  const [least, most] = isAtEdge ? [0, places - 1] : [-0.5, places - 0.5]
  const within = marks.map((mark) => ({ ...mark, at: Math.min(most, Math.max(least, mark.at)) }))
  const axis = { type: 'value', show: false, min: least, max: most, axisPointer: { show: false } }
  const lines = {
    type: 'line',
    xAxisIndex: 1,
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: markLine(within, scheme, 'xAxis', places, isNarrow),
  }
  // The other axis would have its line at the zero of these numbers.
  const yAxis = { ...chart.yAxis, axisLine: { show: false }, axisTick: { show: false } }
  return { ...chart, xAxis: [chart.xAxis, axis], yAxis, series: [...chart.series, lines] }
}

/** The label of a mark by its row and its side of the line. */
function flagAt(row: number | null | undefined, align: FlagRoom['align']): object {
  if (row === null) return { label: { show: false } }
  const label = { ...(row ? { distance: 2 + FLAG_LINE * row } : {}), ...(align ? { align } : {}) }
  return Object.keys(label).length > 0 ? { label } : {}
}

/** The notes at a place of the axis, for its hover text. */
export const notesAt = (marks: readonly Mark[], place: number | undefined): string[] =>
  marks
    .filter((mark) => mark.place === place)
    .flatMap(({ notes }) => notes.map((note) => `${day(note.noted_on)}: ${note.note} (${note.written_by})`))
