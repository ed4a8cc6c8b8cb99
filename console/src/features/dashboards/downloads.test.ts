// @vitest-environment happy-dom
import { expect, test } from 'vitest'

import { panelNotes } from './downloads'

test('a file of a panel names its filters, the note of its chart and its tables with their days', () => {
  const panel = document.createElement('section')
  expect(panelNotes(panel, [])).toEqual([])
  panel.innerHTML =
    '<p data-chart-note>The period from 1 Nov 2010 is cut …</p>' +
    '<p data-answer-origin>From <a>Orders</a> as of 9 Dec 2010</p>'
  expect(panelNotes(panel, ['Until: 11 Nov 2010', 'Region: Germany'])).toEqual([
    'Filter: Until: 11 Nov 2010, Region: Germany',
    'The period from 1 Nov 2010 is cut …',
    'From Orders as of 9 Dec 2010',
  ])
})
