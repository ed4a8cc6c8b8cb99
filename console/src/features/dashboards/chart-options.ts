import type { Schemas } from '../../api/client'
import { type Cell, cellText, figure, short } from '../../api/format'
import { WORLD } from './world'

export interface Shown {
  panel: Schemas['Panel']
  columns: string[]
  rows: Cell[][]
}

type Row = Record<string, Cell>
type Scheme = 'light' | 'dark'

const ACCENT = { light: '#0b7285', dark: '#3bc9db' }
// Okabe & Ito (2008), colours that people with colour blindness can tell apart.
const SERIES = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#999999', '#F0E442']

/** ECharts options for one panel. Texts of cells are given as texts, never as HTML. */
export function options(shown: Shown, scheme: Scheme): Record<string, unknown> {
  const rows = shown.rows.map((row) =>
    Object.fromEntries(shown.columns.map((name, at) => [name, row[at] ?? null])),
  )
  switch (shown.panel.kind) {
    case 'fan':
      return fan(shown.panel, rows, scheme)
    case 'line':
      return line(shown.panel, rows, scheme)
    case 'scatter':
      return scatter(shown.panel, rows)
    case 'map':
      return map(shown.panel, rows, scheme)
    default:
      return bar(shown.panel, rows, scheme)
  }
}

const numeric = (value: Cell | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)
const text = (value: Cell | undefined): string => String(value ?? '–')
const axis = { axisLabel: { formatter: (value: number) => short(value), hideOverlap: true } }
/** Names on an axis. A period of one day, `2026-01-02/2026-01-02`, is that day. */
const named = {
  hideOverlap: true,
  formatter: (name: string) => {
    const [from, to] = name.split('/')
    return from !== undefined && from === to ? from : name
  },
}
const grid = { left: 8, right: 32, top: 32, bottom: 8, containLabel: true }

/** Every cell of a row with its column's name; the panel's own measures have its unit. */
const cells = (row: Row, panel: Schemas['Panel']): string[] =>
  Object.entries(row).map(([name, value]) => {
    const isMeasure = panel.unit !== '' && panel.y.includes(name)
    return `${name}: ${isMeasure ? figure(value, panel.unit) : cellText(name, value)}`
  })

interface Hover {
  seriesName: string
  name: string
  value: unknown
  dataIndex: number
}

/** Hover text as elements, so that a cell of a file is never read as HTML. */
function hover(lines: (at: Hover[]) => string[]) {
  return {
    trigger: 'axis',
    confine: true,
    formatter: (given: Hover | Hover[]) => {
      const box = document.createElement('div')
      for (const one of lines(Array.isArray(given) ? given : [given])) {
        const part = document.createElement('div')
        part.textContent = one
        box.append(part)
      }
      return box
    },
  }
}

function fan(panel: Schemas['Panel'], rows: Row[], scheme: Scheme): Record<string, unknown> {
  const xs = rows.map((row) => text(row[panel.x]))
  const bands = panel.bounds.flatMap(([low, high], at) => {
    const base = {
      type: 'line',
      stack: `band-${at}`,
      symbol: 'none',
      silent: true,
      lineStyle: { opacity: 0 },
    }
    return [
      { ...base, name: `${low}`, stackStrategy: 'all', data: rows.map((row) => numeric(row[low])) },
      {
        ...base,
        name: `${low}–${high}`,
        stackStrategy: 'all',
        areaStyle: { color: ACCENT[scheme], opacity: 0.15 + 0.12 * at },
        data: rows.map((row) => {
          const [from, to] = [numeric(row[low]), numeric(row[high])]
          return from === null || to === null ? null : to - from
        }),
      },
    ]
  })
  const lines = panel.y.map((name, at) => ({
    type: 'line',
    name,
    symbol: 'none',
    connectNulls: false,
    lineStyle: { width: 2, type: at === 0 ? 'solid' : 'dashed' },
    color: at === 0 ? (scheme === 'dark' ? '#dee2e6' : '#343a40') : ACCENT[scheme],
    data: rows.map((row) => numeric(row[name])),
  }))
  const shownColumns = [...panel.y, ...panel.bounds.flat()]
  return {
    grid,
    legend: { data: panel.y, top: 0 },
    tooltip: hover(([one]) => {
      const row = rows[one?.dataIndex ?? 0] ?? {}
      return [
        text(row[panel.x]),
        ...shownColumns
          .filter((name) => row[name] !== null)
          .map((name) => `${name}: ${figure(row[name], panel.unit)}`),
      ]
    }),
    xAxis: { type: 'category', data: xs, boundaryGap: false, axisLabel: named },
    yAxis: { type: 'value', ...axis },
    series: [...bands, ...lines],
  }
}

function line(panel: Schemas['Panel'], rows: Row[], scheme: Scheme): Record<string, unknown> {
  const xs = [...new Set(rows.map((row) => text(row[panel.x])))]
  const column = panel.y[0] ?? ''
  const groups = panel.series ? [...new Set(rows.map((row) => text(row[panel.series])))] : panel.y
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
      color: groups.length === 1 ? ACCENT[scheme] : SERIES[at % SERIES.length],
      data: xs.map((x) => values.get(x) ?? null),
    }
  })
  return {
    grid,
    legend: { show: groups.length > 1, top: 0, type: 'scroll' },
    tooltip: hover((points) => [
      points[0]?.name ?? '',
      ...points.map((one) => `${one.seriesName}: ${figure(one.value as Cell, panel.unit)}`),
    ]),
    xAxis: { type: 'category', data: xs, axisLabel: named },
    yAxis: { type: 'value', ...axis, max: panel.unit === 'score' ? 1 : undefined },
    series,
  }
}

function bar(panel: Schemas['Panel'], rows: Row[], scheme: Scheme): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const names = [...new Set(rows.map((row) => text(row[panel.x])))]
  const groups = panel.series ? [...new Set(rows.map((row) => text(row[panel.series])))] : [column]
  const series = groups.map((group, at) => {
    const own = panel.series ? rows.filter((row) => text(row[panel.series]) === group) : rows
    const values = new Map(own.map((row) => [text(row[panel.x]), numeric(row[column])]))
    return {
      type: 'bar',
      name: group,
      stack: 'all',
      barMaxWidth: 22,
      color: groups.length === 1 ? ACCENT[scheme] : SERIES[at % SERIES.length],
      data: names.map((name) => values.get(name) ?? null),
    }
  })
  return {
    grid: { ...grid, top: groups.length > 1 ? 32 : 8 },
    legend: { show: groups.length > 1, top: 0 },
    tooltip: hover((points) => [
      points[0]?.name ?? '',
      ...points
        .filter((one) => one.value !== null && one.value !== undefined)
        .map((one) => `${one.seriesName}: ${figure(one.value as Cell, panel.unit)}`),
    ]),
    xAxis: { type: 'value', ...axis },
    yAxis: { type: 'category', data: names, inverse: true, axisLabel: { width: 150, overflow: 'truncate' } },
    series,
  }
}

function scatter(panel: Schemas['Panel'], rows: Row[]): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const largest = Math.max(1, ...rows.map((row) => numeric(row[panel.size]) ?? 0))
  const groups = [...new Set(rows.map((row) => text(row[panel.series])))]
  return {
    grid: { ...grid, bottom: 28 },
    legend: { show: groups.length <= 8, top: 0, type: 'scroll' },
    tooltip: {
      ...hover(([one]) => {
        const row =
          (one?.value as { row?: Row } | undefined)?.row ??
          (one as unknown as { data: { row: Row } }).data.row
        return cells(row, panel)
      }),
      trigger: 'item',
    },
    xAxis: { type: 'value', name: panel.x, nameLocation: 'middle', nameGap: 28, scale: true, ...axis },
    yAxis: { type: 'value', name: column, scale: true, ...axis },
    series: groups.map((group, at) => ({
      type: 'scatter',
      name: group,
      color: SERIES[at % SERIES.length],
      data: rows
        .filter((row) => text(row[panel.series]) === group)
        .map((row) => ({
          row,
          value: [numeric(row[panel.x]), numeric(row[column])],
          symbolSize: 6 + 26 * Math.sqrt((numeric(row[panel.size]) ?? 0) / largest),
        })),
    })),
  }
}

function map(panel: Schemas['Panel'], rows: Row[], scheme: Scheme): Record<string, unknown> {
  const column = panel.y[0] ?? ''
  const values = rows.map((row) => numeric(row[column]) ?? 0)
  const byCode = new Map(rows.map((row) => [text(row[panel.x]), row]))
  return {
    tooltip: {
      ...hover(([one]) => {
        const row = byCode.get(one?.name ?? '')
        return row ? cells(row, panel) : [one?.name ?? '', 'no sales']
      }),
      trigger: 'item',
    },
    visualMap: {
      min: 0,
      max: Math.max(1, ...values),
      left: 8,
      bottom: 8,
      orient: 'horizontal',
      itemHeight: 100,
      calculable: false,
      text: [figure(Math.max(0, ...values), panel.unit), figure(0, panel.unit)],
      inRange: { color: scheme === 'dark' ? ['#1f2f33', '#3bc9db'] : ['#e3fafc', '#0b7285'] },
    },
    series: [
      {
        type: 'map',
        map: WORLD,
        roam: false,
        left: 8,
        right: 8,
        top: 8,
        bottom: 44,
        itemStyle: { borderColor: scheme === 'dark' ? '#495057' : '#adb5bd', areaColor: 'transparent' },
        emphasis: { label: { show: false } },
        select: { disabled: true },
        data: rows.map((row) => ({ name: text(row[panel.x]), value: numeric(row[column]) })),
      },
    ],
  }
}
