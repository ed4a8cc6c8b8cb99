import {
  cells,
  colourOf,
  type Drawing,
  grid,
  hover,
  logAxis,
  numeric,
  type Row,
  seriesName,
  text,
  valueAxis,
} from './chart-parts'
import { largestNumber } from '../../../formats/extremes'

const MOST_GROUPS = 8

/** Points; their size says a third measure, and their colour is a group while there are few of them. */
export function scatter(drawing: Drawing): Record<string, unknown> {
  const { panel, rows, scheme, unitOf, labels } = drawing
  const column = panel.y[0] ?? ''
  const yAxis = valueAxis(column, unitOf(column), labels)
  const largest = largestNumber(
    rows.map((row) => numeric(row[panel.size]) ?? 0),
    1,
  )
  const groups = [...new Set(rows.map((row) => text(row[panel.series])))]
  // One group that a filter leaves has its name as well.
  const isNamed = groups.length > 1 || panel.series !== ''
  return {
    grid: { ...grid, top: isNamed ? 56 : 40, bottom: 28 },
    legend: {
      show: isNamed && groups.length <= MOST_GROUPS,
      top: 0,
      right: 8,
      type: 'scroll',
      formatter: (name: string) => seriesName(name, panel, labels),
    },
    tooltip: {
      ...hover(([point]) => cells((point?.data as { row: Row }).row, drawing)),
      trigger: 'item',
    },
    xAxis: {
      ...valueAxis(panel.x, unitOf(panel.x), labels),
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { align: 'center' },
      scale: true,
    },
    yAxis: {
      ...yAxis,
      scale: true,
      ...(panel.scale === 'log' ? logAxis(yAxis.name) : {}),
    },
    series: groups.map((group, at) => ({
      type: 'scatter',
      name: group,
      color: colourOf(at, groups.length > MOST_GROUPS ? 1 : groups.length, scheme),
      itemStyle: { opacity: 0.75 },
      data: rows
        .filter((row) => text(row[panel.series]) === group)
        .map((row) => ({
          row,
          name: text(row[panel.series]),
          value: [numeric(row[panel.x]), numeric(row[column])],
          symbolSize: 6 + 26 * Math.sqrt((numeric(row[panel.size]) ?? 0) / largest),
        })),
    })),
  }
}
