// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { pictureNotes } from './answer-downloads'

test('a picture has the note of its chart, and its tables with their days', () => {
  const page = document.createElement('div')
  expect(pictureNotes(page)).toEqual([])
  page.innerHTML =
    '<p data-answer-origin>From <a>Orders</a> as of 9 Dec 2010</p>' +
    '<div data-answer-chart="Sold"><p data-chart-note>Of these 4 rows …</p></div>'
  expect(pictureNotes(page)).toEqual(['Of these 4 rows …', 'From Orders as of 9 Dec 2010'])
})
