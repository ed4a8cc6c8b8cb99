import { expect, test } from 'vitest'

import { askedTogether } from './draft-questions'
import { earlierAnswers, rememberAnswer } from './earlier-answers'

const amounts = (column: string) => ({
  column,
  answers: [
    { answer: '1.234', property: {} },
    { answer: '1,234', property: {} },
  ],
})
const words = (column: string) => ({
  column,
  words: ['n/a'],
  rows: 2,
  answers: [
    { answer: 'empty', property: {} },
    { answer: 'wait', property: {} },
  ],
})

test('the amounts of another sheet of the file are read as those of the first one were', () => {
  const [first] = askedTogether([amounts('price')])
  if (!first) throw new Error('no question')
  rememberAnswer('prices.xlsx', first, '1,234')
  const next = askedTogether([amounts('cost'), amounts('fee')])
  expect(earlierAnswers('prices.xlsx', next)).toEqual({ 'cost,fee': '1,234' })
  expect(earlierAnswers('other.xlsx', next)).toEqual({})
})

test('what a word means is asked for each column', () => {
  const [first] = askedTogether([words('price')])
  if (!first) throw new Error('no question')
  rememberAnswer('prices.xlsx', first, 'empty')
  expect(earlierAnswers('prices.xlsx', askedTogether([words('cost')]))).toEqual({})
})
