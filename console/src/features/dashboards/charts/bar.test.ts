import { expect, test } from 'vitest'

import { axisOf, options } from '../chart-options'
import { EMPTY_PANEL } from '../empty-panel'

const PANEL = {
  ...EMPTY_PANEL,
  name: 'files',
  kind: 'bar' as const,
  unit: 'rows',
  x: 'week_on',
  y: ['received'],
  series: 'source',
}

test('the names of few bars take a second line, and none is cut', () => {
  const overflow = (many: number): string => {
    const rows = Array.from({ length: many }, (_, at) => [`many payments at terminal ${at}`, '', at])
    const shown = { panel: { ...PANEL, series: '' }, columns: ['week_on', 'source', 'received'], rows }
    return (options(shown, 'light') as { yAxis: { axisLabel: { overflow: string } } }).yAxis.axisLabel
      .overflow
  }
  expect([overflow(4), overflow(20)]).toEqual(['break', 'truncate'])
})

test('a bar of a period is marked once where people wrote a note on one of its days', () => {
  const rows = [
    ['2026-03-02', 'a', 5],
    ['2026-03-02', 'b', 6],
    ['2026-03-09', 'a', 7],
  ]
  const shown = { panel: PANEL, columns: ['week_on', 'source', 'received'], rows }
  expect(axisOf(shown)).toEqual(['2026-03-02', '2026-03-09'])
  const notes = [
    { annotation_id: 'n', noted_on: '2026-03-10', note: 'flood', written_by: 'ana', written_at: '' },
  ]
  const { series } = options({ ...shown, marks: [{ place: 1, notes }] }, 'light') as {
    series: { markLine?: { data: unknown[] } }[]
  }
  expect(series.map(({ markLine }) => markLine?.data)).toEqual([[{ yAxis: 1 }], undefined])
})
