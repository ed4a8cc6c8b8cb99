import { expect, test } from 'vitest'

import { storageRefusal } from './storage-refusal'

test('a part without an answer names the storage and the page, and no API', () => {
  const sentence = storageRefusal(
    2,
    'http://staging.localhost:4566/a?X-Amz-Signature=secret',
    'http://10.0.0.1:8765',
  )
  expect(sentence).toContain('The storage at staging.localhost:4566 did not take part 2')
  expect(sentence).toContain('http://10.0.0.1:8765')
  expect(sentence).not.toContain('API')
  expect(sentence).not.toContain('secret')
})
