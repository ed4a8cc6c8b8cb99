import { expect, test } from 'vitest'

import { titledColumns } from './titled-columns'

const columns = ['region', 'revenue', 'orders', 'late_share'].map((name) => ({ name }))
const headings = ['Region', 'Revenue', 'Orders', 'Late share (%)']

test('a title in words is about the columns whose headings it has, in its order', () => {
  expect(titledColumns(columns, headings, 'Late share and orders by region')).toEqual([
    'late_share',
    'orders',
    'region',
  ])
  expect(titledColumns(columns, headings, 'Preorders of the regional shops')).toEqual([])
})

test('a title in words of an answer is about the columns of its first part, also of a computed one', () => {
  const answer = '{row_count} regions are late, {region} by {title_late_share}; {orders} orders'
  expect(titledColumns(columns, headings, 'Which are late?', answer)).toEqual(['region', 'late_share'])
})
