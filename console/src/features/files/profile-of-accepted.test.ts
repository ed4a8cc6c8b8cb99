import { expect, test } from 'vitest'

import { insightOf } from '../profile/column-insight'
import { ofAcceptedRows } from './profile-of-accepted'

const PRICE = {
  name: 'price',
  type: 'decimal',
  facts: { rows: 60, missing: 11, missing_share: '0.183333', invalid: 5, distinct: 40 },
}
const row = (rules: string[], correction: 'accepted' | 'refused' | null) => ({
  all_rules: JSON.stringify(rules),
  column: 'price',
  correction,
})
const looks = (rows: Parameters<typeof ofAcceptedRows>[1]) =>
  ofAcceptedRows([PRICE], rows).map((column) => insightOf(column).look)

test('the share that is missing is of the accepted rows', () => {
  expect(looks([])).toEqual([['20 % missing (11)', '5 values refused']])
})

test('a refused value that was corrected since is not said any more', () => {
  const two = [row(['type:price', 'type:sku'], 'accepted'), row(['minimum:price'], 'accepted')]
  expect(looks([...two, row(['type:sku'], 'accepted'), row(['type:price'], 'refused')])).toEqual([
    ['20 % missing (11)', '3 values refused'],
  ])
  expect(looks(Array.from({ length: 9 }, () => row(['type:price'], 'accepted')))).toEqual([
    ['20 % missing (11)'],
  ])
})

test('a row without a list of its rules counts for the column of its reason', () => {
  expect(looks([{ all_rules: '', column: 'price', correction: 'accepted' }])).toEqual([
    ['20 % missing (11)', '4 values refused'],
  ])
})
