import { expect, test } from 'vitest'

import type { Shown } from '../chart-options'
import { cautionWords } from './cautions'

const shown = (...rows: (string | number | null)[][]): Shown =>
  ({ panel: { x: 'part' }, columns: ['part', 'sold', 'caution'], rows }) as unknown as Shown

test('the bars that may not be relied on are listed by their caution', () => {
  expect(cautionWords(shown(['Toys', 5, 'not tested'], ['Home', 4, null], ['Bags', 3, 'not tested']))).toBe(
    'Paler bars: Toys, Bags (not tested).',
  )
})

test('a chart without cautions has no such line', () => {
  expect(cautionWords(shown(['Toys', 5, null]))).toBe('')
  expect(cautionWords({ ...shown(), columns: ['part', 'sold'] })).toBe('')
})
