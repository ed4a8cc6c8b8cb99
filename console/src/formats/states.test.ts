import { expect, test } from 'vitest'

import { stateWords } from './states'

test.each([
  ['degraded', 'needs a look'],
  ['healthy', 'in order'],
  ['needs_mapping', 'needs columns'],
  ['skipped_duplicate', 'sent before'],
  ['many_refused', 'many refused'],
  ['succeeded', 'succeeded'],
])('the state %s is read as %s', (state, words) => {
  expect(stateWords(state)).toBe(words)
})
