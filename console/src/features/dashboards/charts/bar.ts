import { type Cell, inFull } from '../../../api/format'
import { axisTitle, cellWords } from '../../../formats/columns'
import { percentTexts } from '../../../formats/percent-places'
import { shortened } from '../../../formats/words'
import { CAUTION } from './cautions'
import { areStacked, whyNoLog } from './log-bars'
import {
  colourOf,
  type Drawing,
  fittedAxis,
  grid,
  hover,
  INK,
  legendHeight,
  logAxis,
  markLine,
  measuresTitle,
  notesAt,
  numeric,
  placeName,
  placesBySize,
  seriesName,
  type Shown,
  SOFT,
  text,
  valueAxis,
} from './chart-parts'
import { isNotOver } from '../../query/open-period'
import { largestNumber, smallestNumber } from '../../../formats/extremes'

/** Labels of more bars than these would cover each other, however high the chart is; the tooltip has their values. */
const MOST_LABELS = 50
/** The room of a bar beside others of one place. */
const BESIDE_PX = 5
/** The room of a bar with its name and its value, and of the axis and the legend beside them. */
const BAR_PX = 17
const BESIDE_BARS_PX = 60
/** The widest name of an axis, also on a phone, and the width of a usual letter. */
const [MOST_NAME_PX, MOST_NARROW_PX] = [250, 110]
const [LETTER_PX, CAPITAL_PX, WIDE_PX, LINE_PX] = [7, 9, 11, 14]
/** Two lines of a name, apart from those of its neighbours. */
const TWO_LINES_PX = 2 * LINE_PX + 4
/** By so much a name of wide letters is wider, so that no letter of it begins a line. */
const SLACK_PX = 8

/** So many names at most take a second line instead of being cut. */
const MOST_TWO_LINES = 10

const WIDTHS: [RegExp, number][] = [
  [/[MW@%]/, WIDE_PX],
  [/\p{Lu}/u, CAPITAL_PX],
]

/** About how wide a text is: names in capitals need a third more room than others. */
export const widthOf = (words: string): number =>
  [...words].reduce(
    (px, letter) => px + (WIDTHS.find(([pattern]) => pattern.test(letter))?.[1] ?? LETTER_PX),
    0,
  )

/** The lines that words take in a width, broken between words; endless where a word is wider than a line. */
function linesOf(words: string, most: number): number {
  let [lines, used] = [1, -LETTER_PX]
  for (const word of words.split(' ')) {
    const px = widthOf(word)
    if (px > most) return Infinity
    const isNext = used + LETTER_PX + px > most
    if (isNext) lines += 1
    used = isNext ? px : used + LETTER_PX + px
  }
  return lines
}

/**
 * A name that fits its room; a longer one, such as that of a file, loses its middle, so that files whose names begin alike stay apart.
 *
 * @example fitting('part-00000-8f9a3a6e-c000.csv', 84, 2) // 'part-…0.csv'
 */
export function fitting(name: string, px: number, lines: number): string {
  if (linesOf(name, px) <= lines) return name
  for (let most = Math.min(name.length - 1, Math.floor(px / LETTER_PX) * lines); most > 1; most -= 1) {
    const short = shortened(name, most)
    if (linesOf(short, px) <= lines) return short
  }
  return shortened(name, 3)
}

/** The lines of a name between those of its neighbours: as many as the height has room for, or two of few names. */
function linesBetween(names: number, height: number | undefined): number {
  if (height === undefined) return names > MOST_TWO_LINES ? 1 : 2
  return Math.max(1, Math.floor((height - BESIDE_BARS_PX) / names / LINE_PX))
}

/** Whether a value without a unit would have zeros that look exact: its label is short, and its tooltip has all digits. */
const isRounded = (value: unknown, unit: string): boolean =>
  unit === '' && Math.abs(Number(value)) >= MIN_SHORT && !Number.isInteger(Number(value))
const MIN_SHORT = 10_000
const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 })

/** The height at which each bar of a chart has room for its name and its value, at least `least`. */
export function barsHeight({ panel, columns, rows, step, isNarrow = false }: Shown, least: number): number {
  if (panel.kind !== 'bar' || step) return least
  const [at, of] = [columns.indexOf(panel.x), columns.indexOf(panel.series)]
  const places = new Set(rows.map((row) => text(row[at])))
  const bars = places.size
  const isOfTwoLines =
    isNarrow && bars <= MOST_TWO_LINES && [...places].some((name) => widthOf(name) > MOST_NARROW_PX)
  const names = of < 0 ? [] : [...new Set(rows.map((row) => text(row[of])))]
  const besides = areStacked(panel) ? 1 : Math.max(names.length, panel.y.length)
  const placePx = Math.max(isOfTwoLines ? TWO_LINES_PX : BAR_PX, besides * BESIDE_PX)
  const legend = names.length > 0 ? legendHeight(names, isNarrow) - legendHeight([], isNarrow) : 0
  return Math.max(least, Math.min(bars, MOST_LABELS) * placePx + BESIDE_BARS_PX + legend)
}

/** The series of a chart or its measures; of more series than colours the largest come first. */
export function groupsOf(panel: Drawing['panel'], rows: Drawing['rows']): string[] {
  if (!panel.series) return [...panel.y]
  const values = new Map<string, (number | null)[]>()
  for (const row of rows) {
    const group = text(row[panel.series])
    values.set(group, [...(values.get(group) ?? []), numeric(row[panel.y[0] ?? ''])])
  }
  const places = placesBySize([...values.values()])
  const sorted: string[] = []
  for (const [at, group] of [...values.keys()].entries()) sorted[places[at] ?? at] = group
  return sorted
}

/** The lowest and the highest end of bars of which those of one place have these values. */
function endsOf(places: (number | null)[][], isStacked: boolean): [number, number] {
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
  const sides = places.flatMap((values): number[] => {
    const own = values.filter((value) => value !== null)
    return isStacked ? [sum(own.filter((value) => value < 0)), sum(own.filter((value) => value > 0))] : own
  })
  return [smallestNumber(sides, 0), largestNumber(sides, 0)]
}

/** Between which ends the value of each bar is expected, where the answer has both. */
function intervalsOf(panel: Drawing['panel'], rows: Drawing['rows']): Map<string, [Cell, Cell]> {
  const [low = '', high = ''] = panel.bounds[0] ?? []
  return new Map(
    rows.flatMap((row) => {
      const ends: [Cell, Cell] = [row[low] ?? null, row[high] ?? null]
      return ends.includes(null) ? [] : [[text(row[panel.x]), ends] as const]
    }),
  )
}

/** The half of the line across each end of an interval. */
const CAP_PX = 4

interface Placed {
  value: (index: number) => number
  coord: (at: [number, number]) => [number, number]
}

/** A line from end to end of each interval, over its bar, with the value of the bar behind it. */
function whiskers(
  names: string[],
  intervals: ReadonlyMap<string, [Cell, Cell]>,
  scheme: Drawing['scheme'],
  labelOf: (name: string) => { text: string; fill: string },
) {
  const lines = names.flatMap((name, place) => {
    const ends = intervals.get(name)
    return ends ? [[...ends.map(Number), place]] : []
  })
  if (lines.length === 0) return []
  const style = { stroke: INK[scheme], lineWidth: 1.5 }
  const line = (...[x1, y1, x2, y2]: number[]) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style })
  return [
    {
      type: 'custom',
      name: INTERVALS,
      silent: true,
      z: 3,
      tooltip: { show: false },
      encode: { x: [0, 1], y: 2 },
      data: lines,
      renderItem: (_: unknown, at: Placed) => {
        const [[low, y], [high]] = [0, 1].map((end) => at.coord([at.value(end), at.value(2)])) as [
          [number, number],
          [number, number],
        ]
        const caps = [low, high].map((x) => line(x, y - CAP_PX, x, y + CAP_PX))
        const label = { ...labelOf(names[at.value(2)] ?? ''), fontSize: 12, verticalAlign: 'middle' }
        const words = { type: 'text', x: high + CAP_PX + 2, y, style: label }
        return { type: 'group', children: [line(low, y, high, y), ...caps, words] }
      },
    },
  ]
}
const INTERVALS = 'intervals'

/** A point in place of a bar: on a log scale the length of a bar would say nothing. */
const POINTS = {
  type: 'line',
  lineStyle: { width: 0 },
  symbol: 'circle',
  symbolSize: 10,
  showAllSymbol: true,
} as const

/** Bars with their value at the end, or points on a log scale; colours only where the bars are parts of a whole. A bar of a period is marked where people wrote notes on its days. */
export function bar({
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
  height,
}: Drawing): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const unit = unitOf(column)
  const names = [...new Set(rows.map((row) => text(row[panel.x])))]
  const groups = order?.length ? order : groupsOf(panel, rows)
  const shownName = (name: string): string => placeName(name, panel.x, open, begun, period)
  const longest = largestNumber(names.map((name) => widthOf(shownName(name))))
  // A width is reserved also where no name needs it.
  const nameWidth = Math.min(isNarrow ? MOST_NARROW_PX : MOST_NAME_PX, longest + SLACK_PX)
  const areWords = longest <= nameWidth && !names.some((name) => shownName(name).includes(' '))
  const lines = linesBetween(names.length, height)
  const named = (group: string): string => seriesName(group, panel, labels)
  // One series that a filter leaves has its name as well.
  const isNamed = groups.length > 1 || panel.series !== ''
  const percent = percentTexts(
    rows.map((row) => row[column] ?? null),
    unit,
  )
  const said = (value: unknown): string =>
    percent ? percent(value as Cell) : cellWords('', value as Cell, unit, 'double')
  const cautions = new Map(
    rows.flatMap((row) => (row[CAUTION] ? [[text(row[panel.x]), text(row[CAUTION])] as const] : [])),
  )
  const withCaution = (words: string, name: string): string =>
    cautions.has(name) ? `${words} · ${cautions.get(name)}` : words
  const valuesOf = groups.map((group) => {
    const own = panel.series ? rows.filter((row) => text(row[panel.series]) === group) : rows
    return new Map(own.map((row) => [text(row[panel.x]), numeric(row[panel.series ? column : group])]))
  })
  // Of several bars beside each other none has an interval.
  const intervals = intervalsOf(panel, groups.length > 1 ? [] : rows)
  const intervalWords = (name: string): string => {
    const [low, high] = intervals.get(name) ?? []
    return low === undefined || high === undefined ? '' : `, between ${said(low)} and ${said(high)}`
  }
  const isStacked = areStacked(panel)
  const measured = rows.map((row) => panel.y.map((name) => row[name] ?? null))
  const isLog = panel.scale === 'log' && !whyNoLog({ panel, columns: panel.y, rows: measured })
  const ends = endsOf(
    names.map((name) => [
      ...valuesOf.map((values) => values.get(name) ?? null),
      ...(intervals.get(name) ?? []).map(Number),
    ]),
    isStacked,
  )
  const labelOf = (name: string, value: unknown): string =>
    withCaution(isRounded(value, unit) ? COMPACT.format(Number(value)) : said(value), isNarrow ? '' : name)
  const title = measuresTitle(panel, unit, labels)
  const axis = { ...valueAxis(column, unit, labels), name: title }
  const series = groups.map((group, at) => {
    const values = valuesOf[at]
    return {
      ...(isLog ? POINTS : { type: 'bar' }),
      name: group,
      ...(isStacked ? { stack: 'all' } : {}),
      barMaxWidth: 22,
      color: colourOf(at, groups.length, scheme),
      label: {
        show: groups.length === 1 && names.length <= MOST_LABELS,
        position: 'right',
        color: SOFT[scheme],
        formatter: (point: { value: unknown; name: string }) => labelOf(point.name, point.value),
      },
      data: names.map((name) => {
        const value = values?.get(name) ?? null
        const isPale = cautions.has(name) || isNotOver(name, open) || name === begun?.place
        const label = {
          // The words of a caution are not as pale as its bar.
          ...(cautions.has(name) ? { opacity: 1, color: INK[scheme] } : {}),
          // It is behind the end of the interval.
          ...(intervals.has(name) ? { show: false } : {}),
        }
        if (!isPale && !intervals.has(name)) return value
        return {
          value,
          ...(isPale ? { itemStyle: { opacity: 0.45 } } : {}),
          ...(Object.keys(label).length > 0 ? { label } : {}),
        }
      }),
      ...(at === 0 ? { markLine: markLine(marks, scheme, 'yAxis') } : {}),
    }
  })
  return {
    grid: {
      ...grid,
      top: isNamed ? legendHeight(groups.map(named), isNarrow) : 8,
      right: cautions.size > 0 && !isNarrow ? 180 : 56,
      bottom: 28,
    },
    legend: { show: isNamed, data: groups, top: 0, right: 8, formatter: named },
    tooltip: hover((points) => [
      withCaution(shownName(points[0]?.name ?? ''), points[0]?.name ?? ''),
      ...points
        .filter(({ seriesName, value }) => seriesName !== INTERVALS && value !== null && value !== undefined)
        .map(
          (point) =>
            `${isNamed ? named(point.seriesName) : axisTitle(column, unit, labels?.[column])}: ${isRounded(point.value, unit) ? inFull(point.value as Cell) : said(point.value)}${intervalWords(point.name)}`,
        ),
      ...notesAt(marks, points[0]?.dataIndex),
    ]),
    xAxis: {
      ...(isLog ? { ...axis, ...logAxis(title) } : fittedAxis(axis, ...ends)),
      // Of many ticks a phone would show every third or fourth label only.
      ...(isNarrow ? { splitNumber: 2 } : {}),
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { align: 'center' },
    },
    yAxis: {
      type: 'category',
      data: names,
      inverse: true,
      axisLabel: {
        width: nameWidth,
        interval: names.length <= MOST_LABELS ? 0 : 'auto',
        // A second line has room between few bars only, and names of one word that fit their room need none.
        overflow: areWords ? 'none' : lines > 1 || names.length <= MOST_TWO_LINES ? 'break' : 'truncate',
        lineHeight: LINE_PX,
        formatter: (name: string) => fitting(shownName(name), nameWidth, lines),
      },
    },
    series: [
      ...series,
      ...whiskers(names, intervals, scheme, (name) => ({
        text: labelOf(name, valuesOf[0]?.get(name) ?? null),
        fill: cautions.has(name) ? INK[scheme] : SOFT[scheme],
      })),
    ],
  }
}
