import type { Cell } from '../../../api/format'
import { axisTitle, cellWords } from '../../../formats/columns'
import {
  ACCENT,
  axisName,
  type Drawing,
  hover,
  type Hover,
  numeric,
  placeName,
  type Scheme,
  seriesName,
  SOFT,
  INK,
  text,
  valueAxis,
} from './chart-parts'
import { isNotOver } from '../../query/open-period'

const COLUMNS = 2
const TOP_PERCENT = 9
const GAP_PERCENT = 4
/** The part of the height of all charts that a name above its chart takes. */
const NAME_PERCENT = 6
/** The same on a phone, where the newest value has a line of its own below the name. */
const NARROW_NAME_PERCENT = 9
/** The pixels of a line of a name. A browser measures lines by a font that it may not have. */
const LINE_PX = 15

/** How much higher the charts are on a phone, so that their curves have room beside names of two lines. */
export const NARROW_HEIGHT = 1.4

/** Whether a panel has a small chart for each series. */
export const isMultiples = ({ kind, scale }: Pick<Drawing['panel'], 'kind' | 'scale'>): boolean =>
  kind === 'line' && scale === 'each'

const isAlone = (data: (number | null)[], at: number): boolean =>
  (data[at] ?? null) !== null && (data[at - 1] ?? null) === null && (data[at + 1] ?? null) === null

const curve = (name: string, at: number, scheme: Scheme, data: (number | null)[]) => ({
  type: 'line',
  name,
  xAxisIndex: at,
  yAxisIndex: at,
  // No line reaches a value between places without one.
  symbol: (_value: unknown, { dataIndex }: { dataIndex: number }): string =>
    isAlone(data, dataIndex) ? 'circle' : 'none',
  symbolSize: 5,
  showAllSymbol: true,
  color: ACCENT[scheme],
  lineStyle: { width: 1.5 },
  data,
})

/** A small chart with an axis of its own for each series, so that one large series does not flatten the others. */
export function multiples({
  panel,
  rows,
  scheme,
  unitOf,
  labels,
  period,
  open,
  begun,
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
      return { name, values, newest: values.findLast((value) => value !== null) ?? -Infinity }
    })
    // By the figure that stands beside the name.
    .sort((one, other) => other.newest - one.newest)
  const namePercent = isNarrow ? NARROW_NAME_PERCENT : NAME_PERCENT
  const lines = Math.ceil(charts.length / COLUMNS)
  const height = (100 - TOP_PERCENT) / lines
  const last = xs.length - 1
  const openAt = last > 0 ? xs.findIndex((x) => isNotOver(x, open)) : -1
  const isOpen = openAt >= 0
  // The dashed step to the last place repeats the value before it.
  const isOwn = ({ dataIndex, seriesIndex = 0 }: Hover): boolean =>
    !isOpen || seriesIndex < charts.length === dataIndex < openAt
  const placeOf = (at: number) => ({
    left: at % COLUMNS === 0 ? '1%' : '52%',
    top: TOP_PERCENT + Math.floor(at / COLUMNS) * height,
  })
  const said = (value: Cell): string => cellWords('', value, unit, 'double')
  const words = (name: string): string => seriesName(name, panel, labels)
  // On a phone the figures of two charts beside each other would overlap, so they have a line of their own.
  const beside = (value: number): string =>
    Number.isFinite(value) ? `${isNarrow ? '\n' : '  '}${said(value)}` : ''
  return {
    title: [
      {
        text: `${axisTitle(column, unit, labels?.[column])}: each chart has a scale of its own`,
        left: '1%',
        top: 4,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 400, color: SOFT[scheme] },
      },
      ...charts.map(({ name, newest }, at) => ({
        text: `${words(name)}${beside(newest)}`,
        left: placeOf(at).left,
        top: `${placeOf(at).top}%`,
        padding: 0,
        textStyle: { fontSize: 12, fontWeight: 600, lineHeight: LINE_PX, color: INK[scheme] },
      })),
    ],
    grid: charts.map((_, at) => ({
      left: placeOf(at).left,
      top: `${placeOf(at).top + namePercent}%`,
      width: '47%',
      height: `${height - namePercent - GAP_PERCENT}%`,
      containLabel: true,
    })),
    tooltip: hover((points) => [
      placeName(points[0]?.name ?? '', panel.x, open, begun, period),
      ...points.filter(isOwn).map((point) => `${words(point.seriesName)}: ${said(point.value as Cell)}`),
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
        formatter: (name: string) => axisName(name, panel.x, period),
      },
    })),
    yAxis: charts.map((_, at) => ({
      ...valueAxis(column, unit),
      name: '',
      gridIndex: at,
      splitNumber: 2,
      min: (range: { min: number }) => Math.min(0, range.min),
    })),
    series: [
      ...charts.map(({ name, values }, at) =>
        curve(
          name,
          at,
          scheme,
          isOpen ? values.map((value, place) => (place < openAt ? value : null)) : values,
        ),
      ),
      ...(isOpen
        ? charts.map(({ name, values }, at) => ({
            ...curve(
              name,
              at,
              scheme,
              values.map((value, place) => (place < openAt - 1 ? null : value)),
            ),
            lineStyle: { width: 1.5, type: 'dashed' },
          }))
        : []),
    ],
  }
}
