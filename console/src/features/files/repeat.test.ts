import { expect, test } from 'vitest'

import { hasNoRows } from './repeat'

test('a file that is checked again after its removal was taken back is not one without rows', () => {
  expect(hasNoRows({ received: 0, state: 'done' })).toBe(true)
  expect(hasNoRows({ received: 0, state: 'replaying' })).toBe(false)
  expect(hasNoRows({ received: 0, state: 'reverted' })).toBe(false)
  expect(hasNoRows({ received: 50, state: 'done' })).toBe(false)
  expect(hasNoRows(undefined)).toBe(false)
})
