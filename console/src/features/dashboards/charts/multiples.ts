import type { Cell } from '../../../api/format'
import { axisTitle, cellWords } from '../../../formats/columns'
import {
  ACCENT,
  axisName,
  type Drawing,
  hover,
  numeric,
  seriesName,
  SOFT,
  INK,
  text,
  valueAxis,
} from './chart-parts'

const COLUMNS = 2
const TOP_PERCENT = 9
const GAP_PERCENT = 4
/** The part of a small chart's height that its name and its axis of periods take. */
const NAME_PERCENT = 6

/** A small chart with an axis of its own for each series, so that one large series does not flatten the others. */
export function multiples({
  panel,
  rows,
  scheme,
  unitOf,
  labels,
  isNarrow = false,
}: Drawing): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const unit = unitOf(column)
  const xs = [...new Set(rows.map((row) => text(row[panel.x])))]
  const charts = [...new Set(rows.map((row) => text(row[panel.series])))]
    .map((name) => {
      const own = new Map(
        rows
          .filter((row) => text(row[panel.series]) === name)
          .map((row) => [text(row[panel.x]), numeric(row[column])]),
      )
      const values = xs.map((x) => own.get(x) ?? null)
      return { name, values, largest: Math.max(...values.map((value) => value ?? -Infinity)) }
    })
    .sort((one, other) => other.largest - one.largest)
  const lines = Math.ceil(charts.length / COLUMNS)
  const height = (100 - TOP_PERCENT) / lines
  const placeOf = (at: number) => ({
    left: at % COLUMNS === 0 ? '1%' : '52%',
    top: TOP_PERCENT + Math.floor(at / COLUMNS) * height,
  })
  const said = (value: Cell): string => cellWords('', value, unit, 'double')
  const words = (name: string): string => seriesName(name, panel.y, labels)
  // On a phone the figures of two charts beside each other would overlap.
  const newest = (values: (number | null)[]): string => {
    const value = values.findLast((one) => one !== null)
    return value == null || isNarrow ? '' : `  ${said(value)}`
  }
  return {
    title: [
      {
        text: `${axisTitle(column, unit)}: each chart has a scale of its own`,
        left: '1%',
        top: 4,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 400, color: SOFT[scheme] },
      },
      ...charts.map(({ name, values }, at) => ({
        text: `${words(name)}${newest(values)}`,
        left: placeOf(at).left,
        top: `${placeOf(at).top}%`,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 600, color: INK[scheme] },
      })),
    ],
    grid: charts.map((_, at) => ({
      left: placeOf(at).left,
      top: `${placeOf(at).top + NAME_PERCENT}%`,
      width: '47%',
      height: `${height - NAME_PERCENT - GAP_PERCENT}%`,
      containLabel: true,
    })),
    tooltip: hover((points) => [
      axisName(points[0]?.name ?? '', panel.x),
      ...points.map((point) => `${words(point.seriesName)}: ${said(point.value as Cell)}`),
    ]),
    xAxis: charts.map((_, at) => ({
      type: 'category',
      gridIndex: at,
      data: xs,
      axisTick: { show: false },
      axisLabel: {
        show: at >= charts.length - COLUMNS,
        interval: (place: number) => place === 0 || place === xs.length - 1,
        alignMinLabel: 'left',
        alignMaxLabel: 'right',
        fontSize: 11,
        formatter: (name: string) => axisName(name, panel.x),
      },
    })),
    yAxis: charts.map((_, at) => ({
      ...valueAxis(column, unit),
      name: '',
      gridIndex: at,
      splitNumber: 2,
      min: (range: { min: number }) => Math.min(0, range.min),
    })),
    series: charts.map(({ name, values }, at) => ({
      type: 'line',
      name,
      xAxisIndex: at,
      yAxisIndex: at,
      symbol: 'none',
      color: ACCENT[scheme],
      lineStyle: { width: 1.5 },
      data: values,
    })),
  }
}
