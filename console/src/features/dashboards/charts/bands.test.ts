import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../empty-panel'
import { options } from '../chart-options'
import { barsHeight } from './bar'

const shown = {
  panel: { ...EMPTY_PANEL, kind: 'bar' as const, x: 'bucket', y: ['n'] },
  columns: ['bucket', 'n'],
  rows: [
    [0, 10],
    [100, 9],
    [900, 1],
  ],
  step: 100,
}

test('bands stand at their places on an axis of numbers, so that empty ones are gaps', () => {
  const { xAxis, series } = options(shown, 'light') as {
    xAxis: { type: string; min: number; max: number }
    series: { data: number[][] }[]
  }
  expect([xAxis.type, xAxis.min, xAxis.max]).toEqual(['value', 0, 1000])
  expect(series.map(({ data }) => data)).toEqual([
    [
      [50, 10],
      [150, 9],
      [950, 1],
    ],
  ])
})

test('the height of bands is that of other charts, because they stand beside each other', () => {
  const many = { ...shown, rows: Array.from({ length: 60 }, (_, at) => [at * 100, 1]) }
  expect(barsHeight(many, 320)).toBe(320)
})

test('bands of a series are one above the other', () => {
  const { series, legend } = options(
    {
      panel: { ...shown.panel, series: 'kind' },
      columns: ['bucket', 'kind', 'n'],
      rows: [
        [0, 'a', 1],
        [0, 'b', 2],
        [100, 'b', 3],
      ],
      step: 100,
    },
    'light',
  ) as { series: { name: string; stack?: string; data: number[][] }[]; legend: { show: boolean } }
  expect(series.map(({ name, stack, data }) => [name, stack, data])).toEqual([
    ['a', 'all', [[50, 1]]],
    [
      'b',
      'all',
      [
        [50, 2],
        [150, 3],
      ],
    ],
  ])
  expect(legend.show).toBe(true)
})
