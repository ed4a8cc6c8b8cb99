import type { Cell } from '../../../api/format'
import { cellWords } from '../../../formats/columns'
import {
  axisName,
  colourOf,
  type Drawing,
  grid,
  hover,
  numeric,
  seriesName,
  text,
  valueAxis,
} from './chart-parts'

export function line({ panel, rows, scheme, unitOf }: Drawing): Record<string, unknown> {
  const xs = [...new Set(rows.map((row) => text(row[panel.x])))]
  const column = panel.y[0] ?? ''
  const groups = panel.series ? [...new Set(rows.map((row) => text(row[panel.series])))] : [...panel.y]
  const series = groups.map((group, at) => {
    const own = panel.series ? rows.filter((row) => text(row[panel.series]) === group) : rows
    const values = new Map(
      own.map((row) => [text(row[panel.x]), numeric(row[panel.series ? column : group])]),
    )
    return {
      type: 'line',
      name: group,
      symbol: xs.length > 40 ? 'none' : 'circle',
      symbolSize: 5,
      color: colourOf(at, groups.length, scheme),
      data: xs.map((x) => values.get(x) ?? null),
    }
  })
  const named = (name: string): string => seriesName(name, panel.y)
  return {
    grid: { ...grid, top: groups.length > 1 ? 56 : 40, bottom: 28 },
    legend: { show: groups.length > 1, top: 0, right: 8, type: 'scroll', formatter: named },
    tooltip: hover((points) => [
      axisName(points[0]?.name ?? '', panel.x),
      ...points.map(
        (point) =>
          `${named(point.seriesName)}: ${cellWords('', point.value as Cell, unitOf(column), 'double')}`,
      ),
    ]),
    xAxis: {
      type: 'category',
      data: xs,
      name: /_(on|at)$|^(day|week|month|period)/.test(panel.x) ? '' : named(panel.x),
      nameLocation: 'middle',
      nameGap: 28,
      axisLabel: { hideOverlap: true, formatter: (name: string) => axisName(name, panel.x) },
    },
    yAxis: {
      ...valueAxis(column, unitOf(column)),
      max: panel.unit === 'score' ? 1 : undefined,
    },
    series,
  }
}
