import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../empty-panel'
import { isUneven, line } from './line'

const PANEL = { ...EMPTY_PANEL, name: 'files', unit: 'rows', x: 'at', y: ['received'] }

test('rows of the same moment are points of their own', () => {
  const rows = [5, 7].map((received) => ({ at: '2026-11-25T11:52:00', received }))
  const { series } = line({ panel: PANEL, rows, scheme: 'light', unitOf: () => '' }) as {
    series: { data: number[] }[]
  }
  expect(series[0]?.data).toEqual([5, 7])
})

test('one series that dwarfs all others asks for a log axis, which has no zero', () => {
  expect(isUneven([[1000], [20], [30]])).toBe(true)
  expect(isUneven([[1000], [200], [30]])).toBe(false)
  expect(isUneven([[1000], [0], [30]])).toBe(false)
  expect(isUneven([[1000], [20]])).toBe(false)
})

const MONTHLY = {
  panel: { ...EMPTY_PANEL, kind: 'line' as const, x: 'month', y: ['sold'] },
  rows: [
    { month: '2010-10-01', sold: 10 },
    { month: '2010-11-01', sold: 12 },
    { month: '2010-12-01', sold: 3 },
  ],
  scheme: 'light' as const,
  unitOf: () => '',
}
interface Drawn {
  series: { data: (number | null)[]; lineStyle?: { type: string } }[]
  xAxis: { axisLabel: { formatter: (name: string) => string } }
}

test('the step to a period that is not over is dashed, and its place says until when', () => {
  const open = { place: '2010-12-01', until: '2010-12-09' }
  const { series, xAxis } = line({ ...MONTHLY, open }) as unknown as Drawn
  expect(series.map(({ data, lineStyle }) => [data, lineStyle?.type])).toEqual([
    [[10, 12, null], undefined],
    [[null, 12, 3], 'dashed'],
  ])
  expect(xAxis.axisLabel.formatter('2010-12-01')).toBe('Dec 2010 (until 9 Dec 2010)')
  expect(xAxis.axisLabel.formatter('2010-11-01')).toBe('Nov 2010')
})

test('the point of a period that is not over is hollow, and that of the last complete one is not', () => {
  const open = { place: '2010-12-01', until: '2010-12-09' }
  const { series } = line({ ...MONTHLY, open }) as unknown as {
    series: { symbol: (value: unknown, at: { dataIndex: number }) => string }[]
  }
  const step = series[1]
  expect([1, 2].map((dataIndex) => step?.symbol(3, { dataIndex }))).toEqual(['none', 'emptyCircle'])
})

test('a note has a short flag above the chart, in whole words, and not along its line', () => {
  const note = {
    annotation_id: 'a',
    noted_on: '2010-11-03',
    note: 'flood in the warehouse of the north, which was closed until the ninth of the month',
    shown_on: '',
    written_by: 'ana',
    written_at: '',
  }
  const { series } = line({ ...MONTHLY, marks: [{ place: 1, at: 0.6, notes: [note] }] }) as unknown as {
    series: {
      markLine?: { label: { position: string; rotate: number; formatter: (at: object) => string } }
    }[]
  }
  const flag = series.at(-1)?.markLine?.label
  expect([flag?.position, flag?.rotate, flag?.formatter({ dataIndex: 0 })]).toEqual([
    'end',
    0,
    'flood in the warehouse of the north…',
  ])
})

test('complete periods are one line', () => {
  const { series } = line(MONTHLY) as unknown as Drawn
  expect(series.map(({ data }) => data)).toEqual([[10, 12, 3]])
})

test('of more series than colours the largest ones have a colour, and each of the others a dash', () => {
  const sold = [1, 2, 9, 8, 7, 6, 5, 4]
  const rows = sold.map((many, at) => ({ month: '2010-10-01', name: `series ${at}`, sold: many }))
  const panel = { ...MONTHLY.panel, series: 'name' }
  const { series } = line({ ...MONTHLY, panel, rows }) as unknown as {
    series: { name: string; color: string; lineStyle?: { type: number[] } }[]
  }
  const grey = series.filter(({ color }) => color === '#999999')
  expect(grey.map(({ name }) => name)).toEqual(['series 0', 'series 1'])
  expect(new Set(grey.map(({ lineStyle }) => String(lineStyle?.type))).size).toBe(2)
})

test('on a phone the labels of an axis are short, and its first and last ones are shown', () => {
  const open = { place: '2010-12-01', until: '2010-12-09' }
  const { xAxis } = line({ ...MONTHLY, open, isNarrow: true }) as unknown as Drawn
  expect(xAxis.axisLabel.formatter('2010-12-01')).toBe('Dec 2010')
  expect(xAxis.axisLabel).toMatchObject({ showMinLabel: true, showMaxLabel: true })
})

const EACH = {
  ...MONTHLY,
  panel: { ...MONTHLY.panel, series: 'zone' },
  rows: [
    { month: '2010-10-01', zone: 'a', sold: 1000 },
    { month: '2010-10-01', zone: 'b', sold: 20 },
    { month: '2010-10-01', zone: 'c', sold: 30 },
  ],
}
interface Styled {
  series: { stack?: string; areaStyle?: object; lineStyle?: { width?: number } }[]
  yAxis: { type: string; name: string }
}
const styled = (drawing: Partial<typeof EACH.panel>) =>
  line({ ...EACH, panel: { ...EACH.panel, ...drawing } }) as unknown as Styled

test('a person chooses the scale; without a choice the values do', () => {
  expect(styled({}).yAxis.type).toBe('log')
  expect(styled({ scale: 'linear' }).yAxis.type).toBe('value')
  const logged = line({ ...MONTHLY, panel: { ...MONTHLY.panel, scale: 'log' } }) as unknown as Styled
  expect(logged.yAxis).toMatchObject({ type: 'log', name: expect.stringContaining('log scale') as string })
})

test('areas of several series are stacked on a linear axis unless a person says otherwise', () => {
  const areas = styled({ form: 'area' })
  expect(areas.yAxis.type).toBe('value')
  expect(areas.series.map(({ stack }) => stack)).toEqual(['all', 'all', 'all'])
  expect(styled({ form: 'area', is_stacked: false }).series.map(({ stack }) => stack)).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('points have no line, also to a period that is not over', () => {
  expect(styled({ form: 'points' }).series[0]?.lineStyle?.width).toBe(0)
  const open = { place: '2010-12-01', until: '2010-12-09' }
  const panel = { ...MONTHLY.panel, form: 'points' as const }
  const { series } = line({ ...MONTHLY, panel, open }) as unknown as Styled
  expect(series.map(({ lineStyle }) => lineStyle?.width)).toEqual([0, 0])
})

test('a quarter and a year are written as such, by the statement or by the name of the column', () => {
  const rows = ['2009-10-01', '2010-01-01'].map((at) => ({ at, quarter: at, sold: 1 }))
  const wordsOf = (x: string, period?: string) => {
    const drawing = { ...MONTHLY, panel: { ...MONTHLY.panel, x }, rows, ...(period ? { period } : {}) }
    const { xAxis } = line(drawing) as unknown as Drawn
    return rows.map(({ at }) => xAxis.axisLabel.formatter(at))
  }
  expect(wordsOf('at', 'quarter')).toEqual(['Q4 2009', 'Q1 2010'])
  expect(wordsOf('quarter')).toEqual(['Q4 2009', 'Q1 2010'])
  expect(wordsOf('at', 'year')).toEqual(['1 Oct 2009', '2010'])
  expect(wordsOf('at', 'month')).toEqual(['Oct 2009', 'Jan 2010'])
  expect(wordsOf('at')).toEqual(['1 Oct 2009', '1 Jan 2010'])
})

test('an axis has the name of its column in the table', () => {
  const { yAxis } = line({ ...MONTHLY, labels: { sold: 'Pieces sold' } }) as unknown as Styled
  expect(yAxis.name).toBe('Pieces sold')
})

test('rows without a group are named as such, and series with an order of their own keep it', () => {
  const rows = [
    { month: '2010-10-01', zone: null, sold: 5 },
    { month: '2010-10-01', zone: 'a', sold: 20 },
  ]
  const { legend } = line({ ...EACH, rows }) as unknown as {
    legend: { formatter: (name: string) => string; data: string[] }
  }
  expect(legend.formatter('–')).toBe('no zone')
  const { series } = line({ ...EACH, order: ['c', 'b', 'a'] }) as unknown as { series: { name: string }[] }
  expect(series.map(({ name }) => name)).toEqual(['c', 'b', 'a'])
})

test('all steps to periods to come are dashed, and their places say so', () => {
  const open = { place: '2010-11-01', until: '2010-11-09', ahead: '2010-12-01' }
  const { series, xAxis } = line({ ...MONTHLY, open }) as unknown as Drawn
  expect(series.map(({ data, lineStyle }) => [data, lineStyle?.type])).toEqual([
    [[10, null, null], undefined],
    [[10, 12, 3], 'dashed'],
  ])
  expect(['2010-11-01', '2010-12-01'].map(xAxis.axisLabel.formatter)).toEqual([
    'Nov 2010 (until 9 Nov 2010)',
    'Dec 2010 (to come)',
  ])
})

test('the step of areas to a period that is not over is dashed and paler, one above the other as the areas are', () => {
  const open = { place: '2010-12-01', until: '2010-12-09' }
  const rows = MONTHLY.rows.flatMap((row) => ['a', 'b'].map((zone) => ({ ...row, zone })))
  const panel = { ...EACH.panel, form: 'area' as const }
  const { series } = line({ ...EACH, panel, rows, open }) as unknown as {
    series: {
      data: (number | null)[]
      stack: string
      areaStyle: { opacity: number }
      lineStyle?: { type: string }
    }[]
  }
  expect(series.map(({ data, stack, lineStyle }) => [data, stack, lineStyle?.type])).toEqual([
    [[10, 12, null], 'all', undefined],
    [[10, 12, null], 'all', undefined],
    [[null, 12, 3], 'last', 'dashed'],
    [[null, 12, 3], 'last', 'dashed'],
  ])
  expect(series[2]?.areaStyle.opacity).toBeLessThan(series[0]?.areaStyle.opacity ?? 0)
})

test('one series that a filter leaves has its name, and the label of a part of a period stays within the chart', () => {
  const open = { place: '2010-12-01', until: '2010-12-09' }
  type Named = { legend: { show: boolean }; xAxis: { axisLabel: object } }
  const { legend, xAxis } = line({ ...MONTHLY, open }) as unknown as Named
  expect(legend.show).toBe(MONTHLY.panel.series !== '')
  expect(xAxis.axisLabel).toMatchObject({ showMaxLabel: true, alignMaxLabel: 'right' })
  const rows = EACH.rows.filter(({ zone }) => zone === EACH.rows[0]?.zone)
  const left = line({ ...EACH, rows }) as unknown as Named
  expect(left.legend.show).toBe(true)
  expect(left.xAxis.axisLabel).not.toHaveProperty('alignMaxLabel')
})
