import { expect, test } from 'vitest'

import { byMoney } from './headlines'

test('the largest sum of money comes first, then figures of other things in their order', () => {
  expect(byMoney(['regions', 'fraud', 'searches', 'sales'], [undefined, 1015, undefined, 633_000])).toEqual([
    'sales',
    'fraud',
    'regions',
    'searches',
  ])
})
