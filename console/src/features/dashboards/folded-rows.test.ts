import { expect, test } from 'vitest'

import type { Cell } from '../../api/format'
import { unfolded } from './folded-rows'

const answer = (...rows: Cell[][]) => ({
  columns: ['region', 'title_folded'].map((name) => ({ name, type: 'varchar' })),
  rows,
})
const CHANCE = 'may be chance'

test('rows that need no action are folded behind their number and the reason', () => {
  const { answer: shown, words } = unfolded(answer(['GB', null], ['FR', CHANCE], ['DE', CHANCE]) as never)
  expect(shown.rows).toEqual([['GB', null]])
  expect(words).toBe('2 more rows: may be chance')
})

test('where no row needs an action the button says how many there are', () => {
  const { answer: shown, words } = unfolded(answer(['FR', CHANCE]) as never)
  expect(shown.rows).toEqual([])
  expect(words).toBe('1 row: may be chance')
})

test('an answer whose rows all need an action, or that folds none, is left as it is', () => {
  const acted = answer(['GB', null]) as never
  expect(unfolded(acted)).toEqual({ answer: acted, words: '' })
  const other = { columns: [{ name: 'region', type: 'varchar' }], rows: [['GB']] } as never
  expect(unfolded(other)).toEqual({ answer: other, words: '' })
})
