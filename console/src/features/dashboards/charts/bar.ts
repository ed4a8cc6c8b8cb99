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
function groupsOf(panel: Drawing['panel'], rows: Drawing['rows']): string[] {
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
  /** Between which ends the value of a bar is expected; of several bars beside each other none. */
  const intervalOf = (name: string): string => {
    const row = rows.find((cells) => text(cells[panel.x]) === name)
    const [low, high] = (panel.bounds[0] ?? []).map((end) => row?.[end] ?? null)
    return groups.length > 1 || low == null || high == null ? '' : `, between ${said(low)} and ${said(high)}`
  }
  const isStacked = areStacked(panel)
  const measured = rows.map((row) => panel.y.map((name) => row[name] ?? null))
  const isLog = panel.scale === 'log' && !whyNoLog({ panel, columns: panel.y, rows: measured })
  const ends = endsOf(
    names.map((name) => valuesOf.map((values) => values.get(name) ?? null)),
    isStacked,
  )
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
        formatter: (point: { value: unknown; name: string }) =>
          withCaution(
            isRounded(point.value, unit) ? COMPACT.format(Number(point.value)) : said(point.value),
            isNarrow ? '' : point.name,
          ),
      },
      data: names.map((name) => {
        const value = values?.get(name) ?? null
        if (cautions.has(name))
          // The words of a caution are not as pale as its bar.
          return { value, itemStyle: { opacity: 0.45 }, label: { opacity: 1, color: INK[scheme] } }
        return name === open?.place || name === begun?.place ? { value, itemStyle: { opacity: 0.45 } } : value
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
    legend: { show: isNamed, top: 0, right: 8, formatter: named },
    tooltip: hover((points) => [
      withCaution(shownName(points[0]?.name ?? ''), points[0]?.name ?? ''),
      ...points
        .filter((point) => point.value !== null && point.value !== undefined)
        .map(
          (point) =>
            `${isNamed ? named(point.seriesName) : axisTitle(column, unit, labels?.[column])}: ${isRounded(point.value, unit) ? inFull(point.value as Cell) : said(point.value)}${intervalOf(point.name)}`,
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
    series,
  }
}
