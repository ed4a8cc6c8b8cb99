import { expect, test } from 'vitest'

import { askedBy, choiceOf, type KeptQuestion, questionAddress, questionTitle } from './saved-questions'

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
