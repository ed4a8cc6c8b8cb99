import { expect, test } from 'vitest'

import { widthOf } from './use-columns'

const about = { flawed: 0, format: '', steps: [], longest: 0 }

test('names get the room that a long format does not need', () => {
  const price = widthOf('UVP in €', { ...about, format: 'decimal comma · “.” between thousands' })
  const named = widthOf('Bezeichnung', { ...about, longest: 34 })
  expect(price).toBeLessThanOrEqual(190)
  expect(named).toBeGreaterThanOrEqual(34 * 7)
})

test('a reason stands beside its value without being cut', () => {
  expect(widthOf('Stand', { ...about, flawed: 1 })).toBeGreaterThanOrEqual(240)
})

test('a long sentence below the heading takes no room from the other columns of errors', () => {
  const format = 'decimal comma · “.” between thousands'
  expect(widthOf('UVP in €', { ...about, flawed: 6, format })).toBeLessThanOrEqual(260)
})
