// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { percentText } from './answer'

test('a share of any statement is percent, with all of its digits', () => {
  expect(['0.676', 0.07, 1, '0.123456789'].map(percentText)).toEqual([
    '67.6 %',
    '7 %',
    '100 %',
    '12.3456789 %',
  ])
})
