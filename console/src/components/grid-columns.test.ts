import { expect, test } from 'vitest'

import type { Cell } from '../api/format'
import type { ColumnFormat } from '../formats/columns'
import {
  DESK_LINES,
  fieldsOf,
  fitting,
  isEmptyColumn,
  linesOfTexts,
  nextSort,
  sampleOf,
  span,
  totalWidth,
} from './grid-columns'

const columns = (many: number) =>
  Array.from({ length: many }, (_, at) => ({ name: `c${at}`, type: 'varchar' }))
const format = (priority: 1 | 2 | 3): ColumnFormat => ({
  heading: '',
  title: '',
  text: String,
  width: 100,
  priority,
})

test('where the table is narrow, the columns of the lowest priority are left out first', () => {
  const fields = fieldsOf(columns(4), [], [format(1), format(3), format(2), format(3)], 1)
  const names = (width: number) => fitting(fields, width).map(({ name }) => name)
  expect(names(400)).toEqual(['c0', 'c1', 'c2', 'c3'])
  expect(names(300)).toEqual(['c0', 'c1', 'c2'])
  expect(names(200)).toEqual(['c0', 'c2'])
  expect(names(50)).toEqual(['c0'])
})

test('a table without priorities scrolls sideways and leaves nothing out', () => {
  const fields = fieldsOf(columns(30), [], undefined, 1)
  expect(fitting(fields, 100)).toHaveLength(30)
})

test('of 200 columns those in view are drawn, and the room of the others is kept', () => {
  const formats = columns(200).map(() => format(1))
  const fields = fieldsOf(columns(200), [], formats, 2)
  for (const scrolled of [0, 9_000, 19_000]) {
    const { from, to, before, after } = span(fields, 2, scrolled, 1000)
    expect(to - from).toBeLessThan(22)
    expect(totalWidth(fields.slice(0, 2)) + before + (to - from) * 100 + after).toBe(20_000)
  }
  expect(span(fields, 2, 0, 1000).from).toBe(2)
  expect(span(fields, 2, 19_000, 1000).to).toBe(200)
})

test('a heading orders one way, then the other, then not: numbers from the largest, names and ids from the first', () => {
  const clicks = (name: string, type: string): string[] => {
    const first = nextSort('', { name, type })
    const second = nextSort(first, { name, type })
    return [first, second, nextSort(second, { name, type })]
  }
  expect(clicks('amount', 'decimal(18,4)')).toEqual(['-amount', 'amount', ''])
  expect(clicks('day', 'date')).toEqual(['day', '-day', ''])
  expect(clicks('customer_id', 'bigint')).toEqual(['customer_id', '-customer_id', ''])
  expect(nextSort('-amount', { name: 'day', type: 'date' })).toBe('day')
})

test('a heading takes further lines, and a column leaves before its heading or a time is cut', () => {
  const texts = [['a', 'b'.repeat(40), '24 Oct 2024, 13:05:10 UTC']]
  const formats = [1, 2, 3].map((priority) => ({
    ...format(priority as 1 | 2 | 3),
    heading: 'Proposed decision',
    width: undefined as never,
  }))
  const read = columns(3).map((column, at) => ({ ...column, type: at === 2 ? 'timestamp' : 'varchar' }))
  const fields = fieldsOf(read, texts, formats, 1)
  const whole = fields[2]?.style.width ?? 0
  const named = (width: number) => fitting(fields, width).map(({ name, style }) => [name, style.width])
  const shown = (fields[0]?.style.width ?? 0) + 110
  expect(named(shown + whole)).toContainEqual(['c2', whole])
  expect(named(shown + whole - 1).map(([name]) => name)).toEqual(['c0', 'c1'])
})

test('long texts give way before a column leaves, and those of deciding columns last', () => {
  const texts = [['a'.repeat(50), 'b'.repeat(50), 'c']]
  const formats = [1, 2, 2].map((priority) => ({ ...format(priority as 1 | 2), width: undefined as never }))
  const fields = fieldsOf(columns(3), texts, formats, 1)
  const shown = (width: number) => fitting(fields, width)
  expect(totalWidth(fields)).toBeGreaterThan(800)
  expect(shown(600)).toHaveLength(3)
  expect(totalWidth(shown(600))).toBeLessThanOrEqual(600)
  expect(shown(600)[0]?.style.width).toBe(fields[0]?.style.width)
  expect(shown(250).map(({ name }) => name)).toEqual(['c0'])
  expect(totalWidth(shown(250))).toBe(250)
})

test('a column that names a row leaves before a number is cut, and the first name and a measure stay', () => {
  const formats = [1, 1, 1, 3].map((priority) => ({
    ...format(priority as 1 | 3),
    width: undefined as never,
  }))
  const names = ['order', 'article', 'price', 'rest'].map((name) => ({
    name,
    type: name === 'price' ? 'double' : 'varchar',
  }))
  const fields = fieldsOf(
    names,
    [['a'.repeat(20), 'b'.repeat(20), '£12.75 of all'.repeat(2), 'c']],
    formats,
    1,
  )
  const shown = (width: number) => fitting(fields, width).map(({ name }) => name)
  expect(shown(460)).toEqual(['order', 'article', 'price'])
  expect(shown(360)).toEqual(['order', 'price'])
  expect(shown(50)).toEqual(['order', 'price'])
})

test('a text that takes three lines and a heading without an arrow need less room, so that a further column stays', () => {
  const names = [
    ['series', 'varchar'],
    ['period', 'date'],
    ['difference', 'double'],
    ['rest', 'varchar'],
  ].map(([name = '', type = '']) => ({ name, type }))
  const formats = ['Series', 'Period', 'Difference', 'Rest'].map((heading, at): ColumnFormat => ({
    heading,
    title: '',
    text: String,
    priority: at < 3 ? 1 : 3,
  }))
  const rows = [['region of the United Kingdom', '29 Nov 2010', '£73.7k', 'x']]
  const shown = (wraps: boolean) => {
    const fields = fieldsOf(names, rows, formats, 1, { lines: wraps ? 3 : 1, isSortable: !wraps })
    const fitted = fitting(fields, 315)
    return { names: fitted.map(({ name }) => name), lines: linesOfTexts(fitted) }
  }
  expect(shown(true)).toEqual({ names: ['series', 'period', 'difference'], lines: 3 })
  expect(shown(false).names).toEqual(['series', 'period'])
  const short = fieldsOf(names, [['United Kingdom', '29 Nov 2010', '£73.7k', 'x']], formats, 1, {
    lines: 3,
  })
  expect(linesOfTexts(fitting(short, 315)), 'of a text of two words').toBe(2)
  expect(linesOfTexts(fitting(short, 900)), 'where nothing is cut').toBe(1)
})

test('a text that decides is whole in two lines, and columns after it leave or give their room', () => {
  const names = ['id', 'reasons', 'paid', 'place'].map((name, at) => ({
    name,
    type: at === 1 ? 'varchar' : 'double',
  }))
  const formats = names.map(({ name }, at): ColumnFormat => ({
    heading: name,
    title: '',
    text: String,
    priority: at === 0 ? 1 : 3,
  }))
  const reasons = 'unusual amount (2.5 times the mean of the 90 days before), earlier fraud at the terminal'
  const fields = fieldsOf(names, [[1, reasons, 5, 7]], formats, 1, { lines: DESK_LINES })
  const shown = (width: number) =>
    fitting(fields, width, DESK_LINES).map(({ name, style }) => [name, style.width])
  const textIn = (width: number) => Number(new Map(shown(width) as [string, number][]).get('reasons'))
  expect(textIn(500)).toBeGreaterThan(330)
  expect(linesOfTexts(fitting(fields, 500, DESK_LINES), DESK_LINES)).toBe(2)
  expect(textIn(1200), 'free room goes to the text').toBeGreaterThan(8 * reasons.length)
  expect(linesOfTexts(fitting(fields, 1200, DESK_LINES), DESK_LINES)).toBe(1)
})

test('a column of numbers has room for its longest one, wherever its row is', () => {
  const amounts = [
    { name: 'name', type: 'varchar' },
    { name: 'amount', type: 'decimal(18,2)' },
  ]
  const rows: Cell[][] = Array.from({ length: 500 }, (_, at) => [`n${at}`, '1.00'])
  rows[320] = ['long', '123456789012.00']
  rows[410] = ['below', '-123456789012.00']
  rows[411] = ['none', null]
  const sample = sampleOf(amounts, { length: rows.length, at: (index) => rows[index] })
  expect(sample).toHaveLength(102)
  const [, amount] = fieldsOf(amounts, sample, undefined, 1)
  expect(amount?.least).toBeGreaterThanOrEqual('-123,456,789,012.00'.length * 8)
  expect(sampleOf(amounts, { length: 2, at: (index) => rows[index] })).toEqual(rows.slice(0, 2))
})

test('a period of two days is never cut, as a day is not', () => {
  const formats = [1, 2].map(() => ({ heading: '', title: '', text: String }))
  const rows = [['a long text of a test that may be cut', '2010-11-02/2010-12-09']]
  const names = ['test', 'period'].map((name) => ({ name, type: 'varchar' }))
  expect(fieldsOf(names, rows, formats, 1).map(({ isText }) => isText)).toEqual([true, false])
})

test('where a table scrolls sideways, a long heading takes no more room than its numbers', () => {
  const formats = ['Place', 'Monthly growth of sales before returns', 'Sold'].map((heading) => ({
    heading,
    title: '',
    text: String,
  }))
  const read = ['place', 'growth', 'sold'].map((name, at) => ({ name, type: at > 0 ? 'double' : 'varchar' }))
  const widthOf = (rows: (string | number | null)[][], width: number) =>
    fitting(fieldsOf(read, rows, formats, 1), width).map(({ style }) => style.width)
  const [place, growth = 0] = widthOf([['a place with a long name', 1.5, 7]], 200)
  expect([place, growth < 200]).toEqual([widthOf([['a place with a long name', 1.5, 7]], 2000)[0], true])
  expect(widthOf([['a place with a long name', 1.5, 7]], 2000)[1]).toBeGreaterThan(300)
  // Without values it needs that room nowhere.
  expect(widthOf([['a', null, 7]], 2000)[1]).toBeLessThan(200)
  expect([isEmptyColumn([[null], ['']], 0), isEmptyColumn([[0]], 0), isEmptyColumn([], 0)]).toEqual([
    true,
    false,
    false,
  ])
})

test('on a phone the time of a day is below it, so that the number of an order stays beside its amount', () => {
  const columns = [
    { name: 'ordered_at', type: 'timestamp' },
    { name: 'order_id', type: 'varchar(20)' },
    { name: 'total', type: 'decimal(18,2)' },
    { name: 'status', type: 'varchar(20)' },
  ]
  const texts = ['29 Nov 2010, 15:07', '536009', '£16,554.88', 'completed']
  const formats = ['Ordered', 'Order', 'Total', 'Status'].map((heading, place): ColumnFormat => ({
    heading,
    title: heading,
    text: () => texts[place] ?? '',
    priority: place < 3 ? 1 : 3,
  }))
  const shown = (wraps: boolean) =>
    fitting(
      fieldsOf(columns, [['2010-11-29 15:07:00', '536009', '16554.88', 'completed']], formats, 1, {
        lines: wraps ? 3 : 1,
      }),
      312,
    ).map(({ name }) => name)
  expect(shown(true)).toEqual(['ordered_at', 'order_id', 'total'])
  expect(shown(false)).toEqual(['ordered_at', 'total'])
})
