import { expect, test } from 'vitest'

import { scanWords } from './scan-words'

test('bytes are named from the size on that is billed, and a smaller scan by its cost alone', () => {
  expect(scanWords({ scanned_bytes: 12 * 1024 ** 2, cost_usd: '0.00006' })).toBe('13 MB scanned for $0.00006')
  expect(scanWords({ scanned_bytes: 13, cost_usd: '0.0000477' })).toBe('for $0.000048')
  expect(scanWords({ scanned_bytes: 0, cost_usd: '0' })).toBe('for $0.00')
})
