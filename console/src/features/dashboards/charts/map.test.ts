import { expect, test } from 'vitest'

import { options } from '../chart-options'
import { EMPTY_PANEL } from '../empty-panel'

test('the country with most is named on the map, and the ends of the scale include it', () => {
  const panel = { ...EMPTY_PANEL, kind: 'map' as const, x: 'region_id', y: ['revenue'], unit: 'rows' }
  const rows = [
    ['GB', 1000],
    ['AU', 10],
    ['FR', 0],
  ]
  const { series, visualMap } = options({ panel, columns: ['region_id', 'revenue'], rows }, 'light') as {
    series: { data: { name: string; label?: { formatter: string } }[] }[]
    visualMap: { min: number; max: number }
  }
  const data = series[0]?.data ?? []
  expect(data.map(({ name, label }) => [name, label?.formatter])).toEqual([
    ['GB', expect.stringContaining('United Kingdom: ')],
    ['AU', undefined],
  ])
  const narrow = options({ panel, columns: ['region_id', 'revenue'], rows, isNarrow: true }, 'light') as {
    series: { data: { label?: { show: boolean } }[] }[]
  }
  expect(narrow.series[0]?.data[0]?.label?.show, 'no edge of a phone cuts the name').toBe(false)
  expect([visualMap.min, visualMap.max]).toEqual([1, 3])
})

test('one country has no scale', () => {
  const panel = { ...EMPTY_PANEL, kind: 'map' as const, x: 'region_id', y: ['revenue'], unit: 'rows' }
  const scale = (rows: [string, number][]): unknown =>
    options({ panel, columns: ['region_id', 'revenue'], rows }, 'light').visualMap
  expect(scale([['DE', 10]])).toMatchObject({ show: false })
  expect(
    scale([
      ['DE', 10],
      ['GB', 90],
    ]),
  ).toMatchObject({ show: true })
})
