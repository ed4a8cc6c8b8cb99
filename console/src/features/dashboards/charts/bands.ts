import type { Cell } from '../../../api/format'
import { cellWords } from '../../../formats/columns'
import {
  colourOf,
  type Drawing,
  fittedAxis,
  grid,
  hover,
  legendHeight,
  logAxis,
  measuresTitle,
  numeric,
  seriesName,
  text,
  valueAxis,
} from './chart-parts'
import { areStacked, whyNoLog } from './log-bars'
import { largestNumber, smallestNumber } from '../../../formats/extremes'

/** Bars of bands of numbers, such as 0 to 100, at their places on an axis of numbers: a band without rows is a gap. */
export function bands(drawing: Drawing, step: number): Record<string, unknown> {
  const { panel, rows, scheme, unitOf, labels, order, isNarrow = false } = drawing
  const column = panel.y[0] ?? ''
  const unit = unitOf(column)
  const groups = panel.series ? (order ?? [...new Set(rows.map((row) => text(row[panel.series])))]) : panel.y
  const placed = rows.filter((row) => numeric(row[panel.x]) !== null)
  const places = placed.map((row) => Number(row[panel.x]))
  const [first, last] = [smallestNumber(places), largestNumber(places)]
  const named = (group: string): string => seriesName(group, panel, labels)
  const isNamed = groups.length > 1 || panel.series !== ''
  const title = measuresTitle(panel, unit, labels)
  const yAxis = { ...valueAxis(column, unit, labels), name: title }
  const measured = rows.map((row) => panel.y.map((name) => row[name] ?? null))
  const isLog = panel.scale === 'log' && !whyNoLog({ panel, columns: panel.y, rows: measured })
  const isStacked = areStacked(panel)
  const series = groups.map((group, at) => ({
    type: 'bar',
    name: group,
    ...(isStacked ? { stack: 'all' } : {}),
    color: colourOf(at, groups.length, scheme),
    barMinWidth: 1,
    barCategoryGap: '8%',
    data: placed
      .filter((row) => !panel.series || text(row[panel.series]) === group)
      // A bar stands in the middle of its band.
      .map((row) => [Number(row[panel.x]) + step / 2, numeric(row[panel.series ? column : group])]),
  }))
  const ends: [number, number] = isStacked
    ? [0, 0]
    : endsOf(series.flatMap(({ data }) => data.map(([, y]) => y ?? 0)))
  const xUnit = unitOf(panel.x)
  const said = (value: number): string => cellWords(panel.x, value, xUnit, 'double')
  return {
    grid: {
      ...grid,
      top: isNamed ? legendHeight(groups.map(named), isNarrow) + 32 : 40,
      bottom: 28,
    },
    legend: { show: isNamed, top: 0, right: 8, formatter: named },
    tooltip: hover((points) => {
      const [place] = (points[0]?.value ?? []) as number[]
      return [
        place === undefined ? '' : `${said(rounded(place - step / 2))} to ${said(rounded(place + step / 2))}`,
        ...points.map(
          ({ seriesName: group, value }) =>
            `${named(group)}: ${cellWords('', (value as Cell[])[1] ?? null, unit, 'double')}`,
        ),
      ]
    }),
    xAxis: {
      ...valueAxis(panel.x, xUnit, labels),
      min: first,
      max: rounded(last + step),
      ...(isNarrow ? { splitNumber: 3 } : {}),
      splitLine: { show: false },
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { align: 'center' },
    },
    yAxis: isLog ? { ...yAxis, ...logAxis(title) } : fittedAxis(yAxis, ...ends),
    series,
  }
}

const endsOf = (values: number[]): [number, number] => [smallestNumber(values, 0), largestNumber(values, 0)]

/** Without the digits that sums of doubles add, such as 0.30000000000000004. */
const rounded = (value: number): number => Number(value.toPrecision(12))
