import { expect, test } from 'vitest'

import { laterWords } from './start-run'

test('while a run is under way, the button says that the next one begins at its end', () => {
  expect(laterWords('Start a run')).toBe('Start another run when the current one ends')
  expect(laterWords('Retry')).toBe('Retry when the current run ends')
})
