import { expect, test } from 'vitest'

import { pictureNotes } from './answer-downloads'

test('a picture has the note of its chart, its day and its tables', () => {
  expect(pictureNotes('Of these 4 rows …', '2010-12-09', ['Orders', 'Regions'])).toEqual([
    'Of these 4 rows …',
    'As of 9 Dec 2010 · Source: Orders, Regions',
  ])
  expect(pictureNotes('', '', [])).toEqual([])
})
