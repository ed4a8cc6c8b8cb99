import type { Cell } from '../../../api/format'
import { cellWords } from '../../../formats/columns'
import { heading } from '../../../formats/words'
import {
  axisName,
  colourOf,
  COLOURS,
  type Drawing,
  fittedAxis,
  type Hover,
  placeName,
  type Row,
  grid,
  hover,
  logAxis,
  measuresTitle,
  notesAt,
  numeric,
  placesBySize,
  seriesName,
  text,
  valueAxis,
  withMarks,
} from './chart-parts'
import { isNotOver } from '../../query/open-period'
import { largestNumber, smallestNumber } from '../../../formats/extremes'

export function line({
  panel,
  rows,
  scheme,
  unitOf,
  labels,
  marks = [],
  open,
  begun,
  period,
  order,
  isNarrow = false,
  isJoined = false,
}: Drawing): Record<string, unknown> {
  // Without series each row is a point of its own: files of one second are not one file.
  const xs = panel.series
    ? [...new Set(rows.map((row) => text(row[panel.x])))]
    : rows.map((row) => text(row[panel.x]))
  const column = panel.y[0] ?? ''
  const groups = seriesOf(panel, rows, order)
  const last = xs.length - 1
  const isArea = panel.form === 'area'
  const openAt = last > 0 ? xs.findIndex((x) => isNotOver(x, open)) : -1
  const isOpen = openAt >= 0
  const isBegun = last > 0 && xs[0] === begun?.place
  const valuesOfGroup = (group: string): (number | null)[] =>
    panel.series ? valuesOf(rows, panel, group, xs) : rows.map((row) => numeric(row[group]))
  const scale = isArea ? 'linear' : panel.scale
  const places = placesBySize(groups.map(valuesOfGroup))
  const whole = groups.map((group, at) => {
    const all = valuesOfGroup(group)
    const values = scale === 'log' ? all.map(positive) : all
    return {
      type: 'line',
      name: group,
      symbol: xs.length > MOST_SYMBOLS && panel.form !== 'points' ? 'none' : 'circle',
      symbolSize: 5,
      connectNulls: isJoined,
      color: colourOf(places[at] ?? at, groups.length, scheme),
      ...(panel.form === 'points' ? { lineStyle: { width: 0 } } : dashOf(places[at] ?? at)),
      ...(isArea ? areaOf(groups.length, panel.is_stacked ?? true) : {}),
      data: values,
    }
  })
  const series = [
    ...whole.map((one) => withoutEnds(one, isBegun, isOpen ? openAt : xs.length)),
    ...(isOpen ? whole.map((one) => lastSteps(one, openAt)) : []),
    ...(isBegun ? whole.map(firstStep) : []),
  ]
  const isLog = scale === 'log' || (scale !== 'linear' && isUneven(whole.map(({ data }) => data)))
  const all = whole.flatMap(({ data }) => data.filter((value) => value !== null))
  // Areas one above the other end elsewhere.
  const ends = isArea ? ([0, 0] as const) : ([smallestNumber(all, 0), largestNumber(all, 0)] as const)
  const title = measuresTitle(panel, unitOf(column), labels)
  const xUnit = unitOf(panel.x)
  const xName = (name: string): string =>
    xUnit ? cellWords(panel.x, name, xUnit) : placeName(name, panel.x, open, begun, period)
  // A label that says how far the data go takes the room of all others on a phone: the hover text says it.
  const axisText = isNarrow && !xUnit ? (name: string): string => axisName(name, panel.x, period) : xName
  // The dashed steps from and to a part of a period repeat the value beside it.
  const blockOf = (place: number | undefined): number =>
    isOpen && place !== undefined && place >= openAt ? 1 : isBegun && place === 0 ? 1 + Number(isOpen) : 0
  const isOwn = ({ seriesIndex = 0, dataIndex }: Hover): boolean =>
    Math.floor(seriesIndex / groups.length) === blockOf(dataIndex)
  const named = (name: string): string => seriesName(name, panel, labels)
  const isNamed = groups.length > 1 || panel.series !== ''
  const chart = {
    grid: { ...grid, top: isNamed ? 56 : 40, bottom: 28 },
    // One series that a filter leaves has its name as well.
    legend: { show: isNamed, data: groups, top: 0, right: 8, type: 'scroll', formatter: named },
    tooltip: hover((points) => [
      xName(points[0]?.name ?? ''),
      ...points
        .filter(isOwn)
        .map(
          (point) =>
            `${named(point.seriesName)}: ${cellWords('', point.value as Cell, unitOf(panel.series ? column : point.seriesName), 'double')}`,
        ),
      ...notesAt(marks, points[0]?.dataIndex),
    ]),
    xAxis: {
      type: 'category',
      data: xs,
      name:
        period || /_(on|at)$|^(day|week|month|period)/.test(panel.x)
          ? ''
          : labels?.[panel.x] || heading(panel.x, xUnit),
      nameLocation: 'middle',
      nameGap: 28,
      axisLabel: {
        hideOverlap: true,
        formatter: axisText,
        // Where few labels have room, the first and the last say which period it is.
        ...(isNarrow ? { showMinLabel: true, showMaxLabel: true } : {}),
        // The label of a part of a period is long: it stays within the chart.
        ...(isOpen ? { showMaxLabel: true, alignMaxLabel: 'right' } : {}),
        ...(isBegun ? { showMinLabel: true, alignMinLabel: 'left' } : {}),
      },
    },
    yAxis: {
      ...fittedAxis({ ...valueAxis(column, unitOf(column), labels), name: title }, ...ends),
      ...(isLog ? logAxis(title) : {}),
      max: panel.unit === 'score' ? 1 : undefined,
    },
    series,
  }
  return withMarks(chart, marks, scheme, xs.length, isNarrow)
}

/** The series of a chart in their own order, or in that of the rows; its measures without any. */
function seriesOf({ series, y }: Drawing['panel'], rows: Row[], order: string[] = []): string[] {
  if (!series) return [...y]
  const groups = [...new Set(rows.map((row) => text(row[series])))]
  return groups.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
}

/** From so many places on a line has no dots of its own. */
const MOST_SYMBOLS = 40

/** A filled area; the areas of several series are parts of a whole unless a person says otherwise. */
const areaOf = (groups: number, isStacked: boolean): Filled =>
  groups > 1 && isStacked ? { areaStyle: { opacity: 0.6 }, stack: 'all' } : { areaStyle: { opacity: 0.25 } }

const DASHES = [
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [1, 4],
]

/** Series without a colour of their own are grey, and each has a dash of its own. */
const dashOf = (place: number): object =>
  place < COLOURS ? {} : { lineStyle: { type: DASHES[(place - COLOURS) % DASHES.length] } }

interface Filled {
  areaStyle?: { opacity: number }
  stack?: string
}

interface Series extends Filled {
  data: (number | null)[]
  lineStyle?: object
}

/** The fill of a step of an area whose period is not whole: paler, and on the steps of the other areas. */
const paler = ({ areaStyle, stack }: Filled, end: 'first' | 'last'): Filled => ({
  ...(areaStyle ? { areaStyle: { opacity: areaStyle.opacity / 2 } } : {}),
  ...(stack ? { stack: end } : {}),
})

/** A line without the ends that are drawn dashed. */
const withoutEnds = <One extends Series>(series: One, isBegun: boolean, openAt: number): One => ({
  ...series,
  data: series.data.map((value, at) => ((isBegun && at === 0) || at >= openAt ? null : value)),
})

/** A hollow point for each period that is not whole: the step reaches to the whole one beside it. */
const hollow =
  (isPart: (place: number) => boolean) =>
  (_value: unknown, { dataIndex }: { dataIndex: number }): string =>
    isPart(dataIndex) ? 'emptyCircle' : 'none'

/** The step from the first point of a line, dashed because the data begin within its period. */
const firstStep = <One extends Series>(series: One) => ({
  ...lastSteps(series, 1),
  ...paler(series, 'first'),
  symbol: hollow((place) => place === 0),
  data: series.data.map((value, at) => (at > 1 ? null : value)),
})

/** The steps from a point of a line on, dashed because the periods are not over, or to come. */
const lastSteps = <One extends Series>(series: One, openAt: number) => ({
  ...series,
  ...paler(series, 'last'),
  symbol: hollow((place) => place >= openAt),
  lineStyle: { ...series.lineStyle, type: 'dashed' },
  data: series.data.map((value, at) => (at < openAt - 1 ? null : value)),
})

/** The values of one series at each place of the axis. */
function valuesOf(rows: Row[], panel: Drawing['panel'], group: string, xs: string[]): (number | null)[] {
  const own = rows.filter((row) => text(row[panel.series]) === group)
  const values = new Map(own.map((row) => [text(row[panel.x]), numeric(row[panel.y[0] ?? ''])]))
  return xs.map((x) => values.get(x) ?? null)
}

/** A value that has a place on a log axis. */
const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null)

/** How many times the largest series may exceed the others before they are a line at zero. */
const UNEVEN = 10

/** Whether one series is so much larger than the next that a linear axis shows that one only; a log axis has no zero. */
export function isUneven(series: (number | null)[][]): boolean {
  const values = series.map((one) => one.filter((value) => value !== null))
  if (values.length < 3 || values.flat().some((value) => value <= 0)) return false
  const [largest = 0, next = 0] = values.map((one) => largestNumber(one)).sort((one, other) => other - one)
  return largest > UNEVEN * next
}
