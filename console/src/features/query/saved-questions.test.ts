import { expect, test } from 'vitest'

import {
  askedBy,
  choiceOf,
  keptAgain,
  type KeptQuestion,
  questionAddress,
  questionTitle,
} from './saved-questions'

const SALES: KeptQuestion = {
  name: 'Sales by day',
  sql: 'SELECT day, sold & more FROM sales',
  kind: 'line',
  x: 'day',
  y: ['sold', 'back'],
  series: '',
  is_pinned: true,
}

test('an address carries the statement, the view and the columns of the chart', () => {
  const search = new URLSearchParams(questionAddress(askedBy(SALES)).split('?')[1])
  expect([search.get('sql'), search.get('view'), choiceOf(search)]).toEqual([
    SALES.sql,
    'chart',
    { x: 'day', y: ['sold', 'back'], series: '', kind: 'line' },
  ])
  expect(choiceOf(new URLSearchParams('sql=select 1'))).toBeUndefined()
})

test('a question that is kept as a table has no chart', () => {
  expect(askedBy({ ...SALES, kind: 'table', x: '', y: [] })).toEqual({
    sql: SALES.sql,
    view: 'table',
    choice: undefined,
  })
})

test('an address without a kind leaves it to the columns', () => {
  expect(choiceOf(new URLSearchParams('x=day&y=sold&kind=pie'))?.kind).toBeUndefined()
})

test('a question of the lake is called by its question, without notes for those who read the whole', () => {
  expect(questionTitle('Is every penny accounted for? (Reads refused rows.)')).toBe(
    'Is every penny accounted for?',
  )
  expect(questionTitle('How good (below 1 is better) are forecasts, and how often? By week.')).toBe(
    'How good are forecasts, and how often?',
  )
  expect(questionTitle('Sales of a week')).toBe('Sales of a week')
  expect(questionTitle('How (and why?) did sales change? By week.')).toBe('How did sales change?')
})

const FORECAST: KeptQuestion = {
  ...SALES,
  kind: 'fan',
  bounds: [['low', 'high']],
  answer: '{sold} is ahead',
  nothing: 'Nothing is ahead.',
  units: { sold: 'kg' },
}
const { bounds, answer, nothing, units } = FORECAST
const DRAWN = { sql: SALES.sql, kind: 'line' as const, x: 'day', y: ['sold', 'back'], series: '' }
const choice = askedBy(FORECAST).choice

test('a forecast that is saved under another name stays the forecast that it was', () => {
  const kept = { ...DRAWN, kind: 'fan', bounds, answer, nothing, units }
  expect(keptAgain(FORECAST, DRAWN, choice)).toEqual(kept)
  expect(keptAgain(FORECAST, { ...DRAWN, y: ['sold'] }, undefined)).toEqual(kept)
})

test('a forecast whose chart a person changed keeps what it says of the answer, and no band', () => {
  const parts = { bounds: [], answer, nothing, units }
  const bars = { ...DRAWN, kind: 'bar' as const }
  expect(keptAgain(FORECAST, bars, choice && { ...choice, kind: 'bar' })).toEqual({ ...bars, ...parts })
  const single = { ...DRAWN, y: ['sold'] }
  expect(keptAgain(FORECAST, single, choice && { ...choice, y: ['sold'] })).toEqual({ ...single, ...parts })
  const table = { sql: SALES.sql, kind: 'table' as const, x: '', y: [], series: '' }
  expect(keptAgain(FORECAST, table, choice)).toEqual({ ...table, ...parts })
})

test('a question that is saved for the first time has no parts of a panel', () => {
  expect(keptAgain(undefined, DRAWN, choice)).toEqual(DRAWN)
})

test('kind, scale and stacking of a chart are in its address', () => {
  const choice = { x: 'month', y: ['sold'], series: 'zone', kind: 'area' as const, isStacked: false }
  const read = (asked: typeof choice | { x: string; y: string[]; series: string; scale: 'log' }) =>
    choiceOf(new URLSearchParams(questionAddress({ sql: 's', view: 'chart', choice: asked }).split('?')[1]))
  expect(read(choice)).toEqual(choice)
  expect(read({ x: 'month', y: ['sold'], series: '', scale: 'log' })).toMatchObject({ scale: 'log' })
})

test('a question keeps the log scale of its lines', () => {
  const shown = {
    sql: 's',
    kind: 'line' as const,
    x: 'month',
    y: ['sold'],
    series: '',
    scale: 'log' as const,
  }
  const choice = { x: 'month', y: ['sold'], series: '', scale: 'log' as const }
  expect(keptAgain(undefined, shown, choice)).toMatchObject({ scale: 'log' })
  const saved = { ...shown, name: 'n', is_pinned: true }
  expect(keptAgain(saved, shown, choice)).toMatchObject({ scale: 'log' })
  expect(askedBy({ ...saved, scale: 'log' }).choice?.scale).toBe('log')
})

test('a question keeps form, stacking and scale of its chart, and opens with them', () => {
  const shown = { sql: 's', kind: 'line' as const, x: 'month', y: ['sold'], series: 'zone' }
  const columns = { x: 'month', y: ['sold'], series: 'zone' }
  for (const [drawing, choice] of [
    [
      { form: 'area', is_stacked: false },
      { kind: 'area', isStacked: false },
    ],
    [
      { form: 'points', scale: 'linear' },
      { kind: 'points', scale: 'linear' },
    ],
    [
      { kind: 'bar', is_stacked: false, scale: 'log' },
      { kind: 'bar', isStacked: false, scale: 'log' },
    ],
  ] as const) {
    const kept = keptAgain(undefined, { ...shown, ...drawing }, { ...columns, ...choice })
    expect(kept).toEqual({ ...shown, ...drawing })
    const saved = { ...kept, name: 'n', is_pinned: true }
    expect(askedBy(saved).choice).toEqual({ ...columns, ...choice })
    // Saved again without a change, and with another stacking.
    expect(keptAgain(saved, shown, { ...columns, ...choice })).toMatchObject(drawing)
    const changed = { ...shown, kind: 'bar' as const, is_stacked: true }
    expect(keptAgain(saved, changed, { ...columns, kind: 'bar', isStacked: true })).toMatchObject({
      kind: 'bar',
      is_stacked: true,
    })
    expect(keptAgain(saved, changed, { ...columns, kind: 'bar', isStacked: true })).not.toHaveProperty(
      'scale',
    )
  }
})
