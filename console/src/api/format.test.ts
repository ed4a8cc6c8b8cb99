import { expect, test } from 'vitest'

import { explained } from './format'

test('an error of a file names its column and ends each sentence', () => {
  const error = {
    column: 'card_number',
    message: 'a required column is not in the file',
    remedy: 'send the file with the column',
  }
  expect(explained(error)).toBe(
    'Column card_number: a required column is not in the file. Send the file with the column.',
  )
})

test('without a column or a remedy nothing is added', () => {
  expect(explained({ column: '', message: 'The file is empty.', remedy: '' })).toBe('The file is empty.')
  expect(explained({ message: 'the file is truncated', remedy: 'upload it again' })).toBe(
    'The file is truncated. Upload it again.',
  )
})
