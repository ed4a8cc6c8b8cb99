import { figure } from '../../../api/format'
import { label } from '../../../formats/words'
import { WORLD } from '../world'
import { cells, type Drawing, hover, INK, numeric, type Row, text } from './chart-parts'
import { largestNumber, smallestNumber } from '../../../formats/extremes'

const SHADES = { light: ['#c5f6fa', '#0b7285'], dark: ['#1a3a40', '#3bc9db'] }

/** Countries shaded on a log scale: one large country does not make all others white. */
export function map(drawing: Drawing): Record<string, unknown> {
  const { panel, rows, scheme, unitOf, isNarrow = false } = drawing
  const column = panel.y[0] ?? ''
  const unit = unitOf(column)
  const positive = rows.map((row) => numeric(row[column]) ?? 0).filter((value) => value > 0)
  const [from, most] = positive.length > 0 ? [smallestNumber(positive), largestNumber(positive)] : [1, 1]
  const named = (row: Row): object => ({
    label: {
      // On a phone the edge would cut it, and the title has the same.
      show: !isNarrow,
      formatter: `${label(text(row[panel.x]), 'region_id')}: ${figure(row[column] ?? null, unit)}`,
      color: INK[scheme],
      fontSize: 12,
      fontWeight: 600,
      padding: [2, 4],
      borderRadius: 2,
      backgroundColor: scheme === 'dark' ? '#242424' : '#ffffff',
      offset: [0, -34],
    },
    itemStyle: { borderColor: INK[scheme], borderWidth: 1 },
  })
  const byCode = new Map(rows.map((row) => [text(row[panel.x]), row]))
  return {
    tooltip: {
      ...hover(([point]) => {
        const row = byCode.get(point?.name ?? '')
        return row ? cells(row, drawing) : [label(point?.name ?? '', 'region_id'), 'nothing']
      }),
      trigger: 'item',
    },
    visualMap: {
      // One country has no scale to compare it by.
      show: most > from,
      min: Math.log10(from),
      max: Math.max(Math.log10(most), Math.log10(from) + 1e-6),
      left: 8,
      bottom: 4,
      orient: 'horizontal',
      itemHeight: 100,
      calculable: false,
      hoverLink: false,
      text: [figure(most, unit), `${figure(from, unit)} (log scale)`],
      inRange: { color: SHADES[scheme] },
    },
    series: [
      {
        type: 'map',
        map: WORLD,
        roam: false,
        left: 4,
        right: 4,
        top: 4,
        bottom: 36,
        itemStyle: { borderColor: scheme === 'dark' ? '#495057' : '#adb5bd', areaColor: 'transparent' },
        emphasis: { label: { show: false } },
        select: { disabled: true },
        data: rows
          .filter((row) => (numeric(row[column]) ?? 0) > 0)
          .map((row) => ({
            name: text(row[panel.x]),
            value: Math.log10(numeric(row[column]) ?? 1),
            // A small country with most of the sum is easily missed among large ones.
            ...(numeric(row[column]) === most ? named(row) : {}),
          })),
      },
    ],
  }
}
