import { expect, test } from 'vitest'

import { choiceOf, type KeptQuestion, questionAddress, readQuestions, withQuestion } from './saved-questions'

const SALES: KeptQuestion = {
  name: 'Sales by day',
  sql: 'SELECT day, sold & more FROM sales',
  view: 'chart',
  choice: { x: 'day', y: ['sold', 'back'], series: '' },
  isPinned: true,
}

test('a question with the name of another replaces it', () => {
  const other = { ...SALES, name: 'A' }
  expect(withQuestion([SALES, other], { ...SALES, isPinned: false })).toEqual([
    other,
    { ...SALES, isPinned: false },
  ])
})

test('an address carries the statement, the view and the columns of the chart', () => {
  const search = new URLSearchParams(questionAddress(SALES).split('?')[1])
  expect([search.get('sql'), search.get('view'), choiceOf(search)]).toEqual([
    SALES.sql,
    'chart',
    SALES.choice,
  ])
  expect(choiceOf(new URLSearchParams('sql=select 1'))).toBeUndefined()
})

test('what a browser keeps and is no question is left out', () => {
  expect(readQuestions(JSON.stringify([SALES, { name: 1 }, null]))).toEqual([SALES])
  expect(readQuestions('{')).toEqual([])
  expect(readQuestions(undefined)).toEqual([])
})
