import { cellWords } from '../../../formats/columns'
import { heading, manyOf } from '../../../formats/words'
import {
  ACCENT,
  axisName,
  type Drawing,
  grid,
  hover,
  INK,
  notesAt,
  numeric,
  seriesName,
  text,
  valueAxis,
  withMarks,
} from './chart-parts'

/** The share of periods that a band is to hold, of the name of its column: `lower_80` is 80. */
const percentOf = (column: string): number | undefined => {
  const digits = /_(\d{2})$/.exec(column)?.[1]
  return digits ? Number(digits) : undefined
}

/** A band in words: "meant to hold 8 of 10", and how many of 100 past cases it held, where the answer has a column `title_held_80`. */
export function bandName([low, high]: readonly [string, string], rows: Drawing['rows'] = []): string {
  const percent = percentOf(low)
  if (percent === undefined) return `${heading(low)} to ${heading(high).toLowerCase()}`
  const column = `title_held_${percent}`
  const cases = numeric(rows.find((row) => numeric(row[column]) !== null)?.[column] ?? null)
  return `meant to hold ${manyOf(percent)}${cases === null ? '' : `, held ${cases} of 100`}`
}

/** A line with its intervals: history, then what is expected, dashed. */
export function fan(drawing: Drawing): Record<string, unknown> {
  const { panel, rows, scheme, unitOf, labels, marks = [], isNarrow } = drawing
  const xs = rows.map((row) => text(row[panel.x]))
  const column = panel.y[0] ?? ''
  // Bounds that are left empty, such as those that no test tells from the others, are no band.
  const shown = panel.bounds.filter(([low]) => low && rows.some((row) => numeric(row[low]) !== null))
  const bands = shown.flatMap((bounds, at) => {
    const [low, high] = bounds as [string, string]
    const base = {
      type: 'line',
      stack: `band-${at}`,
      symbol: 'none',
      silent: true,
      lineStyle: { opacity: 0 },
    }
    const opacity = shown.length === 1 ? 0.27 : 0.15 + 0.12 * at
    return [
      { ...base, name: low, stackStrategy: 'all', data: rows.map((row) => numeric(row[low])) },
      {
        ...base,
        name: bandName([low, high], rows),
        stackStrategy: 'all',
        color: ACCENT[scheme],
        areaStyle: { color: ACCENT[scheme], opacity },
        itemStyle: { opacity: opacity + 0.1 },
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
    color: at === 0 ? INK[scheme] : ACCENT[scheme],
    data: rows.map((row) => numeric(row[name])),
  }))
  const shownColumns = [...panel.y, ...shown.flat()]
  const bandNames = shown.map((bounds) => bandName(bounds as [string, string], rows))
  const chart = {
    grid: { ...grid, top: isNarrow ? 84 : 56 },
    legend: {
      data: [...panel.y, ...bandNames.map((name) => ({ name, icon: 'rect' }))],
      top: 0,
      ...(isNarrow ? { left: 0 } : { right: 8, type: 'scroll' }),
      formatter: (name: string) => seriesName(name, { ...panel, series: '' }, labels),
    },
    tooltip: hover(([point]) => {
      const row = rows[point?.dataIndex ?? 0] ?? {}
      return [
        axisName(text(row[panel.x])),
        ...shownColumns
          .filter((name) => row[name] !== null)
          .map((name) => `${labels?.[name] || heading(name)}: ${cellWords(name, row[name], unitOf(name))}`),
        ...notesAt(marks, point?.dataIndex),
      ]
    }),
    xAxis: {
      type: 'category',
      data: xs,
      boundaryGap: false,
      axisLabel: { hideOverlap: true, formatter: (name: string) => axisName(name, panel.x) },
    },
    yAxis: valueAxis(column, unitOf(column), labels),
    series: [...bands, ...lines],
  }
  return withMarks(chart, marks, scheme, xs.length, isNarrow)
}
