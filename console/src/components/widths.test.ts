import { expect, test } from 'vitest'

import { widthOfPage } from './widths'

test('pages of charts are wider than pages of text', () => {
  const widths = ['/dashboards', '/dashboards/own', '/report', '/', '/work/calls'].map(widthOfPage)
  expect(widths).toEqual([2480, 2480, 2480, 1800, 1800])
})
