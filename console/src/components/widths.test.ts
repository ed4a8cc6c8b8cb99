import { expect, test } from 'vitest'

import { widthOfPage } from './widths'

test('pages of charts, figures and tables are wider than pages of text', () => {
  const wide = ['/', '/dashboards', '/dashboards/own', '/query', '/report', '/tables/sales/orders']
  expect(wide.map(widthOfPage)).toEqual(wide.map(() => 2480))
  expect(['/work/calls', '/upload', '/queryable'].map(widthOfPage)).toEqual([1800, 1800, 1800])
})
