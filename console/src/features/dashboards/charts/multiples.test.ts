import { expect, test } from 'vitest'

import type { Schemas } from '../../../api/client'
import { options } from '../chart-options'
import { EMPTY_PANEL } from '../empty-panel'

const PANEL = {
  ...EMPTY_PANEL,
  name: 'growth',
  unit: 'GBP',
  x: 'month_on',
  y: ['revenue'],
  series: 'region_name',
  scale: 'each' as const,
}
const ROWS = [
  ['2026-01-01', 'France', 90],
  ['2026-01-01', 'United Kingdom', 18_000],
  ['2026-02-01', 'France', 120],
  ['2026-02-01', 'United Kingdom', 20_000],
]
const drawn = (scale: Schemas['Panel']['scale'], rows = ROWS, isNarrow = false) =>
  options(
    { panel: { ...PANEL, scale }, columns: ['month_on', 'region_name', 'revenue'], rows, isNarrow },
    'light',
  ) as {
    grid: unknown[]
    title: { text: string; textStyle: { lineHeight?: number } }[]
    yAxis: { type: string; name: string }[] & { type: string; name: string }
    series: { name: string; yAxisIndex: number; data: number[] }[]
  }

test('each series has a chart and an axis of its own, in the order of the newest values beside the names', () => {
  const { grid, title, yAxis, series } = drawn('each')
  expect([grid.length, yAxis.length]).toEqual([2, 2])
  expect(series.map(({ name, yAxisIndex }) => [name, yAxisIndex])).toEqual([
    ['United Kingdom', 0],
    ['France', 1],
  ])
  expect(title[0]?.text).toContain('each chart has a scale of its own')
  expect(title.slice(1).map(({ text }) => text)).toEqual(['United Kingdom  £20k', 'France  £120'])
  const fallen = [...ROWS, ['2026-03-01', 'France', 130], ['2026-03-01', 'United Kingdom', 110]]
  expect(drawn('each', fallen).series.map(({ name }) => name)).toEqual(['France', 'United Kingdom'])
  expect(drawn('each', fallen, true).title[1]?.text, 'on a phone below the name').toBe('France\n£130')
  expect(drawn('each', fallen, true).title[1]?.textStyle.lineHeight, 'in lines of their own').toBe(15)
})

test('a declared log scale is drawn and said, and values that have no place on it are left out', () => {
  const rows = [...ROWS, ['2026-03-01', 'France', 0]]
  const { yAxis, series } = options(
    { panel: { ...PANEL, scale: 'log' }, columns: ['month_on', 'region_name', 'revenue'], rows },
    'light',
  ) as ReturnType<typeof drawn>
  expect(yAxis.type).toBe('log')
  expect(yAxis.name).toContain('log scale')
  expect(series.find(({ name }) => name === 'France')?.data).toEqual([90, 120, null])
})

test('the step to a period that is not over is dashed', () => {
  const rows = [...ROWS, ['2026-03-01', 'France', 10], ['2026-03-01', 'United Kingdom', 900]]
  const shown = { panel: PANEL, columns: ['month_on', 'region_name', 'revenue'], rows }
  const { series } = options({ ...shown, open: { place: '2026-03-01', until: '2026-03-09' } }, 'light') as {
    series: { data: (number | null)[]; lineStyle: { type?: string } }[]
  }
  expect(series.map(({ data, lineStyle }) => [data, lineStyle.type])).toEqual([
    [[18_000, 20_000, null], undefined],
    [[90, 120, null], undefined],
    [[null, 20_000, 900], 'dashed'],
    [[null, 120, 10], 'dashed'],
  ])
})

test('a value between places without one is a point, because no line reaches it', () => {
  const rows = [...ROWS, ['2026-03-01', 'France', 10], ['2026-04-01', 'United Kingdom', 900]]
  const shown = { panel: PANEL, columns: ['month_on', 'region_name', 'revenue'], rows }
  const { series } = options(shown, 'light') as {
    series: { name: string; symbol: (value: unknown, at: { dataIndex: number }) => string }[]
  }
  const symbolsOf = (name: string) =>
    [0, 1, 3].map((dataIndex) => series.find((one) => one.name === name)?.symbol(0, { dataIndex }))
  expect(symbolsOf('United Kingdom')).toEqual(['none', 'none', 'circle'])
  expect(symbolsOf('France')).toEqual(['none', 'none', 'none'])
})
