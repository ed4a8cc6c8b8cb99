import { type Cell, inFull } from '../../../api/format'
import { axisTitle, cellWords } from '../../../formats/columns'
import { label } from '../../../formats/words'
import { CAUTION } from './cautions'
import {
  colourOf,
  type Drawing,
  grid,
  hover,
  INK,
  markLine,
  notesAt,
  numeric,
  placeName,
  seriesName,
  SOFT,
  text,
  valueAxis,
} from './chart-parts'

/** Labels of more bars than these would cover each other; the tooltip has their values. */
const MOST_LABELS = 20

/** So many names at most take a second line instead of being cut. */
const MOST_TWO_LINES = 10

/** Whether a value without a unit would have zeros that look exact: its label is short, and its tooltip has all digits. */
const isRounded = (value: unknown, unit: string): boolean =>
  unit === '' && Math.abs(Number(value)) >= MIN_SHORT && !Number.isInteger(Number(value))
const MIN_SHORT = 10_000
const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumSignificantDigits: 3 })

/** Bars with their value at the end; colours only where the bars are parts of a whole. A bar of a period is marked where people wrote notes on its days. */
export function bar({
  panel,
  rows,
  scheme,
  unitOf,
  labels,
  marks = [],
  open,
  isNarrow = false,
}: Drawing): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const unit = unitOf(column)
  const names = [...new Set(rows.map((row) => text(row[panel.x])))]
  const groups = panel.series ? [...new Set(rows.map((row) => text(row[panel.series])))] : [...panel.y]
  const named = (group: string): string => (panel.series ? label(group) : seriesName(group, panel.y, labels))
  const said = (value: unknown): string => cellWords('', value as Cell, unit, 'double')
  const cautions = new Map(
    rows.flatMap((row) => (row[CAUTION] ? [[text(row[panel.x]), text(row[CAUTION])] as const] : [])),
  )
  const withCaution = (words: string, name: string): string =>
    cautions.has(name) ? `${words} · ${cautions.get(name)}` : words
  const series = groups.map((group, at) => {
    const own = panel.series ? rows.filter((row) => text(row[panel.series]) === group) : rows
    const measure = panel.series ? column : group
    const values = new Map(own.map((row) => [text(row[panel.x]), numeric(row[measure])]))
    return {
      type: 'bar',
      name: group,
      // Parts of a whole are stacked; several measures of one name are not its parts.
      ...(panel.series ? { stack: 'all' } : {}),
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
        const value = values.get(name) ?? null
        if (cautions.has(name))
          // The words of a caution are not as pale as its bar.
          return { value, itemStyle: { opacity: 0.45 }, label: { opacity: 1, color: INK[scheme] } }
        return name === open?.place ? { value, itemStyle: { opacity: 0.45 } } : value
      }),
      ...(at === 0 ? { markLine: markLine(marks, scheme, 'yAxis') } : {}),
    }
  })
  return {
    grid: {
      ...grid,
      top: groups.length > 1 ? 32 : 8,
      right: cautions.size > 0 && !isNarrow ? 180 : 56,
      bottom: 28,
    },
    legend: { show: groups.length > 1, top: 0, right: 8, formatter: named },
    tooltip: hover((points) => [
      withCaution(placeName(points[0]?.name ?? '', panel.x, open), points[0]?.name ?? ''),
      ...points
        .filter((point) => point.value !== null && point.value !== undefined)
        .map(
          (point) =>
            `${groups.length > 1 ? named(point.seriesName) : axisTitle(column, unit)}: ${isRounded(point.value, unit) ? inFull(point.value as Cell) : said(point.value)}`,
        ),
      ...notesAt(marks, points[0]?.dataIndex),
    ]),
    xAxis: {
      ...valueAxis(column, unit),
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { align: 'center' },
    },
    yAxis: {
      type: 'category',
      data: names,
      inverse: true,
      axisLabel: {
        width: isNarrow ? 110 : 250,
        // A second line has room between few bars only.
        overflow: names.length <= MOST_TWO_LINES ? 'break' : 'truncate',
        lineHeight: 14,
        formatter: (name: string) => placeName(name, panel.x, open),
      },
    },
    series,
  }
}
