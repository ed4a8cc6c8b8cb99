// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { axisOf, options } from '../chart-options'
import { EMPTY_PANEL } from '../empty-panel'
import { barsHeight, fitting, widthOf } from './bar'
import { INK } from './chart-parts'
import { whyNoLog } from './log-bars'

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

test('a name that fits one line is never broken, however wide its letters are', () => {
  const rows = ['completed', 'mmmmmmmmmm', 'open'].map((name, at) => [name, '', at])
  const shown = { panel: { ...PANEL, series: '' }, columns: ['week_on', 'source', 'received'], rows }
  const { yAxis } = options(shown, 'light') as { yAxis: { axisLabel: { overflow: string } } }
  expect(yAxis.axisLabel.overflow).toBe('none')
})

test('a name that does not fit its lines loses its middle, and its tooltip has all of it', () => {
  const file = `lieferantenkatalog_gesamtexport_${'mueller_und_soehne_gmbh_'.repeat(3)}2026-11-24.csv`
  const rows = [file, 'part-1.csv'].map((name) => [name, '', 3])
  const shown = { panel: { ...PANEL, x: 'file', series: '' }, columns: ['file', 'source', 'received'], rows }
  for (const isNarrow of [false, true]) {
    const { yAxis, tooltip } = options({ ...shown, isNarrow, height: 180 }, 'light') as unknown as {
      yAxis: { axisLabel: { width: number; formatter: (name: string) => string } }
      tooltip: { formatter: (at: object[]) => { textContent: string } }
    }
    const { formatter, width } = yAxis.axisLabel
    expect(formatter(file)).toMatch(/^liefe.*….*csv$/)
    expect(formatter(file).length * 7).toBeLessThanOrEqual(width)
    expect(formatter('part-1.csv')).toBe('part-1.csv')
    expect(tooltip.formatter([{ name: file, value: 3 }]).textContent).toContain(file)
  }
})

test('words break between lines as far as there is room, and only then lose their middle', () => {
  expect(fitting('many payments at terminal 3', 105, 2)).toBe('many payments at terminal 3')
  expect(fitting('price list of a supplier of many names 2026 final.csv', 105, 2)).toMatch(
    /^price.*….*\.csv$/,
  )
  expect(fitting('price list of a supplier 2026.csv', 105, 1)).toMatch(/^.{7}….{7}$/)
})

const CAPITALS = [
  'WHITE HANGING HEART HOLDER',
  'WORLD WAR GLIDERS ASSTD DESIGNS',
  'ASSORTED COLOUR BIRD ORNAMENT',
]

test('names in capitals keep to the width and the lines of their room on a phone', () => {
  const rows = Array.from({ length: 10 }, (_, at) => [`${CAPITALS[at % 3]} ${at}`, '', at])
  const shown = {
    panel: { ...PANEL, series: '' },
    columns: ['week_on', 'source', 'received'],
    rows,
    isNarrow: true,
  }
  const height = barsHeight(shown, 280)
  expect(height).toBeGreaterThanOrEqual(10 * 28)
  const { yAxis } = options({ ...shown, height }, 'light') as unknown as {
    yAxis: { axisLabel: { width: number; lineHeight: number; formatter: (name: string) => string } }
  }
  const { width, formatter, lineHeight } = yAxis.axisLabel
  const linesOf = (label: string): number => {
    let [lines, used] = [1, -7]
    for (const word of label.split(' ')) {
      const px = widthOf(word)
      expect(px, `${word} is not broken`).toBeLessThanOrEqual(width)
      if (used + 7 + px > width) [lines, used] = [lines + 1, px]
      else used += 7 + px
    }
    return lines
  }
  for (const [name] of rows)
    expect(linesOf(formatter(String(name))) * lineHeight).toBeLessThanOrEqual((height - 60) / 10)
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
    {
      annotation_id: 'n',
      noted_on: '2026-03-10',
      note: 'flood',
      shown_on: '',
      written_by: 'ana',
      written_at: '',
    },
  ]
  const { series } = options({ ...shown, marks: [{ place: 1, at: 1, notes }] }, 'light') as {
    series: { markLine?: { data: unknown[] } }[]
  }
  expect(series.map(({ markLine }) => markLine?.data)).toEqual([[{ yAxis: 1 }], undefined])
})

test('several measures stand beside each other, and the bar of a period that is not over is pale', () => {
  const shown = {
    panel: { ...PANEL, series: '', y: ['received', 'sent_back'] },
    columns: ['week_on', 'received', 'sent_back'],
    rows: [
      ['2026-03-02', 5, 1],
      ['2026-03-09', 2, 0],
    ],
    open: { place: '2026-03-09', until: '2026-03-10' },
  }
  const { series, legend, yAxis } = options(shown, 'light') as {
    series: { data: unknown[]; stack?: string }[]
    legend: { formatter: (name: string) => string }
    yAxis: { axisLabel: { formatter: (name: string) => string } }
  }
  const pale = { opacity: 0.45 }
  expect(series.map(({ data, stack }) => [data, stack])).toEqual([
    [[5, { value: 2, itemStyle: pale }], undefined],
    [[1, { value: 0, itemStyle: pale }], undefined],
  ])
  expect(legend.formatter('sent_back')).toBe('Sent back')
  expect(yAxis.axisLabel.formatter('2026-03-09')).toBe('9 Mar 2026 (until 10 Mar 2026)')
  const begun = { place: '2026-03-02', from: '2026-03-04' }
  const cut = options({ ...shown, begun }, 'light') as {
    series: { data: unknown[] }[]
    yAxis: { axisLabel: { formatter: (name: string) => string } }
  }
  expect(cut.series[0]?.data[0]).toEqual({ value: 5, itemStyle: pale })
  expect(cut.yAxis.axisLabel.formatter('2026-03-02')).toBe('2 Mar 2026 (from 4 Mar 2026)')
})

test('a label of a large sum is short, and rounds to no zeros that look exact', () => {
  const shown = {
    panel: { ...PANEL, unit: '', series: '' },
    columns: ['week_on', 'received'],
    rows: [['UK', 8812112.53]],
  }
  const { series } = options(shown, 'light') as {
    series: { label: { formatter: (point: { value: unknown }) => string } }[]
  }
  expect(series[0]?.label.formatter({ value: 8812112.53 })).toBe('8.81m')
  expect(series[0]?.label.formatter({ value: 152400 })).toBe('152,400')
  expect(series[0]?.label.formatter({ value: 12.345678 })).toBe('12.35')
})

test('a bar that may not be relied on is lighter, and its label says why', () => {
  const panel = { ...PANEL, x: 'part', y: ['sold'], series: '', unit: 'rows' }
  const rows = [
    ['a', 5, null],
    ['b', 6, 'too far off'],
  ]
  const shown = { panel, columns: ['part', 'sold', 'caution'], rows }
  const labelOf = (isNarrow: boolean) => {
    const { series } = options({ ...shown, isNarrow }, 'light') as {
      series: { data: unknown[]; label: { formatter: (point: object) => string } }[]
    }
    const [one] = series
    expect(one?.data).toEqual([
      5,
      { value: 6, itemStyle: { opacity: 0.45 }, label: { opacity: 1, color: INK.light } },
    ])
    return ['a', 'b'].map((name, at) => one?.label.formatter({ name, value: 5 + at }))
  }
  expect(labelOf(false)).toEqual([expect.not.stringContaining('·'), expect.stringMatching(/ · too far off$/)])
  // On a phone the label has no room: the hover text says it.
  expect(labelOf(true)[1]).not.toContain('too far off')
})

test('the hover text of a bar has its interval, where the answer has one', () => {
  const panel = { ...PANEL, x: 'part', series: '', bounds: [['low', 'high']] as [string, string][] }
  const rows = [
    ['a', 5, 4, 7],
    ['b', 3, null, null],
  ]
  const shown = { panel, columns: ['part', 'received', 'low', 'high'], rows }
  const { tooltip } = options(shown, 'light') as unknown as {
    tooltip: { formatter: (at: object[]) => { textContent: string } }
  }
  const hoverText = (name: string, value: number) => tooltip.formatter([{ name, value }]).textContent
  expect(hoverText('a', 5)).toMatch(/: 5, between 4 and 7$/)
  expect(hoverText('b', 3)).toMatch(/: 3$/)
})

test('a bar whose value has an interval has a whisker, and its value behind it; another bar has none', () => {
  const panel = { ...PANEL, x: 'part', series: '', bounds: [['low', 'high']] as [string, string][] }
  const rows = [
    ['a', 5, 4, 7],
    ['b', 3, null, null],
  ]
  const columns = ['part', 'received', 'low', 'high']
  const { series } = options({ panel, columns, rows }, 'light') as unknown as {
    series: {
      type: string
      data: unknown[]
      renderItem: (_: unknown, at: object) => { children: object[] }
    }[]
  }
  expect(series.map(({ type, data }) => [type, data])).toEqual([
    ['bar', [{ value: 5, label: { show: false } }, 3]],
    ['custom', [[4, 7, 0]]],
  ])
  const value = (at: number) => [4, 7, 0][at]
  const drawn = series[1]?.renderItem(undefined, {
    value,
    coord: ([x, y]: [number, number]) => [x * 10, y + 50],
  })
  expect(drawn?.children).toMatchObject([
    { shape: { x1: 40, x2: 70, y1: 50, y2: 50 } },
    { shape: { x1: 40, x2: 40 } },
    { shape: { x1: 70, x2: 70 } },
    { x: 76, style: { text: '5' } },
  ])
  const without = options({ panel: { ...panel, bounds: [] }, columns, rows }, 'light').series as object[]
  expect(without).toHaveLength(1)
})

interface NamedBars {
  series: { label: { show: boolean } }[]
  yAxis: { axisLabel: { width: number; interval: unknown } }
}

test('each of many bars has its name and its value, in a chart that is high enough', () => {
  const barsOf = (many: number) => {
    const rows = Array.from({ length: many }, (_, at) => [`Place ${at}`, '', at])
    return { panel: { ...PANEL, series: '' }, columns: ['week_on', 'source', 'received'], rows }
  }
  const { series, yAxis } = options(barsOf(40), 'light') as unknown as NamedBars
  expect([series[0]?.label.show, yAxis.axisLabel.interval]).toEqual([true, 0])
  expect(barsHeight(barsOf(40), 420)).toBeGreaterThanOrEqual(40 * 16)
  expect(barsHeight(barsOf(3), 420)).toBe(420)
  expect(barsHeight(barsOf(400), 420)).toBeLessThan(1000)
})

test('short names leave their room to the bars', () => {
  const nameWidthOf = (name: string) => {
    const shown = { panel: { ...PANEL, series: '' }, columns: ['week_on', 'received'], rows: [[name, 5]] }
    return (options(shown, 'light') as unknown as NamedBars).yAxis.axisLabel.width
  }
  expect(nameWidthOf('Germany')).toBeLessThan(60)
  expect(nameWidthOf('a name that is much too long for the axis of a chart')).toBe(250)
})

test('the legend has the names that the table has for codes', () => {
  for (const kind of ['bar', 'line'] as const) {
    const panel = { ...PANEL, kind, series: 'region_id' }
    const rows = ['FR', 'GB'].map((code) => ['2026-03-02', code, 5])
    const shown = { panel, columns: ['week_on', 'region_id', 'received'], rows }
    const { legend } = options(shown, 'light') as { legend: { formatter: (name: string) => string } }
    expect(['FR', '(other)'].map(legend.formatter)).toEqual(['France', 'other regions'])
  }
})

const BY_PART = (parts: number) => ({
  panel: { ...PANEL, x: 'month', y: ['net'], series: 'part' },
  columns: ['month', 'part', 'net'],
  rows: ['2026-01-01', '2026-02-01'].flatMap((month) =>
    Array.from({ length: parts }, (_, at) => [month, `a long name of part ${at}`, at + 1]),
  ),
})

test('of more series than colours the largest have them, the same ones as lines', () => {
  const coloursOf = (kind: 'bar' | 'line') => {
    const { panel, ...shown } = BY_PART(14)
    const { series } = options({ ...shown, panel: { ...panel, kind } }, 'light') as unknown as {
      series: { name: string; color: string }[]
    }
    return new Map(series.map(({ name, color }) => [name, color]))
  }
  const [bars, lines] = [coloursOf('bar'), coloursOf('line')]
  expect(bars.get('a long name of part 13')).toBe('#0072B2')
  for (const [name, color] of lines) expect([name, bars.get(name)]).toEqual([name, color])
})

test('a legend of several lines has its room above the bars', () => {
  const topOf = (parts: number, isNarrow = false) =>
    (options({ ...BY_PART(parts), isNarrow }, 'light') as unknown as { grid: { top: number } }).grid.top
  expect(topOf(2)).toBe(32)
  expect(topOf(14)).toBe(8 + 5 * 24)
  expect(topOf(14, true)).toBeGreaterThan(topOf(14))
  expect(barsHeight(BY_PART(14), 0)).toBeGreaterThan(barsHeight(BY_PART(2), 0))
})

interface Scaled {
  xAxis: { type: string; name: string; min?: number; max?: number; axisLabel: object; splitLine?: object }
  series: { type: string; stack?: string }[]
}
const barsOf = (values: (number | null)[], drawing: Partial<typeof PANEL> = {}): Scaled => {
  const rows = values.map((value, at) => [`part ${at}`, at % 2 ? 'a' : 'b', value])
  const panel = { ...PANEL, x: 'part', series: '', ...drawing }
  return options({ panel, columns: ['part', 'source', 'received'], rows }, 'light') as unknown as Scaled
}

test('a small value below zero adds no empty step to the axis', () => {
  const { min, max, axisLabel } = barsOf([8_000_000, 1_200_000, -6.66]).xAxis
  expect([min, max, axisLabel]).toEqual([-6.66, undefined, expect.objectContaining({ showMinLabel: false })])
  const below = barsOf([-8_000_000, 6.66]).xAxis
  expect([below.min, below.max, below.axisLabel]).toEqual([
    undefined,
    6.66,
    expect.objectContaining({ showMaxLabel: false }),
  ])
})

test('a line of the grid without a label is not drawn', () => {
  expect(barsOf([8_000_000, -6.66]).xAxis.splitLine).toEqual({ showMinLine: false })
  expect(barsOf([-8_000_000, 6.66]).xAxis.splitLine).toEqual({ showMaxLine: false })
  expect(barsOf([8, -3]).xAxis.splitLine).toBeUndefined()
})

test('an axis of values on one side of zero, or with much on both, has whole steps', () => {
  for (const values of [[5, 6], [-5, -6], [8, -3], [0, 4, null], []]) {
    const { min, max } = barsOf(values).xAxis
    expect([min, max]).toEqual([undefined, undefined])
  }
})

test('stacked bars end where their parts do together', () => {
  const rows = [
    ['one', 'a', 60],
    ['one', 'b', 50],
    ['one', 'c', -3],
    ['one', 'd', -9],
  ]
  const shown = { panel: { ...PANEL, x: 'part' }, columns: ['part', 'source', 'received'], rows }
  const endOf = (panel: typeof PANEL) =>
    (options({ ...shown, panel }, 'light') as unknown as Scaled).xAxis.min
  expect(endOf(shown.panel)).toBe(undefined)
  expect(endOf({ ...shown.panel, y: ['received'], series: '' })).toBe(undefined)
  const small = rows.with(3, ['one', 'd', -4])
  expect((options({ ...shown, rows: small }, 'light') as unknown as Scaled).xAxis.min).toBe(-7)
})

test('on a log scale bars are points, because the length of a bar is its value', () => {
  const { xAxis, series } = barsOf([1, 10, 1_000_000], { scale: 'log' as never })
  expect(xAxis).toMatchObject({ type: 'log', name: expect.stringContaining('log scale') as string })
  expect(series).toMatchObject([{ type: 'line', lineStyle: { width: 0 } }])
})

test('bars whose values are not all above zero have no log scale, and the chart says why', () => {
  const { xAxis, series } = barsOf([1, 0], { scale: 'log' as never })
  expect([xAxis.type, series[0]?.type]).toEqual(['value', 'bar'])
  const why = (rows: (string | number | null)[][], drawing: object) =>
    whyNoLog({ panel: { ...PANEL, x: 'part', ...drawing }, columns: ['part', 'source', 'received'], rows })
  const rows = [
    ['one', 'a', 1],
    ['two', 'b', null],
  ]
  expect(why(rows, { series: '' })).toBe('')
  expect(why(rows, { is_stacked: false })).toBe('')
  expect(why(rows, {})).toBe('Stacked bars have no log scale: their parts would not add up to their sum.')
  expect(why([...rows, ['three', 'a', -1]], { series: '' })).toBe(
    'These bars have no log scale: Received has values of zero or below.',
  )
})

test('bars beside each other have the room of each in a higher chart', () => {
  const rows = Array.from({ length: 15 * 7 }, (_, at) => [`${Math.floor(at / 7)}:00`, `Day ${at % 7}`, 1])
  const beside = {
    ...EMPTY_PANEL,
    kind: 'bar' as const,
    x: 'hour',
    y: ['n'],
    series: 'day',
    is_stacked: false,
  }
  const shown = { panel: beside, columns: ['hour', 'day', 'n'], rows }
  expect(barsHeight(shown, 320)).toBeGreaterThan(15 * 7 * 5)
  expect(barsHeight({ ...shown, panel: { ...beside, is_stacked: true } }, 320)).toBeLessThan(450)
})

test('the axis of several measures is titled by all of them', () => {
  const panel = { ...EMPTY_PANEL, kind: 'bar' as const, x: 'day', y: ['sold', 'returned'] }
  const shown = { panel, columns: ['day', 'sold', 'returned'], rows: [['a', 2, 1]] }
  const titleOf = (own = {}) =>
    (options({ ...shown, panel: { ...panel, ...own } }, 'light') as { xAxis: { name: string } }).xAxis.name
  expect(titleOf()).toBe('Sold and Returned')
  expect(titleOf({ y: ['sold', 'returned', 'a', 'b'] })).toBe('Sold, Returned, A and 1 more')
  expect(titleOf({ y: ['sold'] })).toBe('Sold')
})

test('a series that a filter leaves alone keeps its name', () => {
  const rows = [['2026-03-02', 'post', 5]]
  for (const kind of ['bar', 'line', 'scatter'] as const) {
    const shown = { panel: { ...PANEL, kind }, columns: ['week_on', 'source', 'received'], rows }
    const { legend } = options(shown, 'light') as {
      legend: { show: boolean; formatter: (name: string) => string }
    }
    expect([legend.show, legend.formatter('post')], kind).toEqual([true, 'post'])
  }
})
