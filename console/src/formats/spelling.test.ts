import { expect, test } from 'vitest'

import { bestOf, fits } from '../features/catalog/catalog-words'
import { asWritten } from './spelling'

const ROWS = [
  { name: 'customer_segments', description: 'Groups of customers' },
  { name: 'customers', description: 'People who bought' },
  { name: 'orders', description: 'Orders of each customer, by category' },
]
const hit = (typed: string) => {
  const words = asWritten(
    typed,
    ROWS.map(({ name, description }) => `${name} ${description}`),
  )
  return bestOf(
    ROWS.filter((row) => fits(row, words)),
    words,
  )?.name
}

test('a word with a typo, a plural or a singular ends in the one that it means', () => {
  expect(['customers', 'custmers', 'customer', 'Costumer'].map(hit)).toEqual(Array(4).fill('customers'))
  expect(['ordres', 'order', 'categories'].map(hit)).toEqual(Array(3).fill('orders'))
  expect(hit('custmer segmnts')).toBe('customer_segments')
  expect(hit('zebra')).toBeUndefined()
})
