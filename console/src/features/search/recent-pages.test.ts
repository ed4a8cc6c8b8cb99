import { expect, test } from 'vitest'

import { keepPage, leaveOut, recentPages } from './recent-pages'

function storage(kept = '') {
  let text: string | null = kept || null
  return {
    getItem: () => text,
    setItem: (_: string, value: string) => {
      text = value
    },
  }
}

test('the newest pages come first, and one whose filters change is one page', () => {
  const kept = storage()
  keepPage('Morning', '', kept)
  keepPage('Sales', '#/dashboards/hub', kept)
  keepPage('Morning', '#/', kept)
  keepPage('Sales', '#/dashboards/hub?region=FR', kept)
  expect(recentPages(kept).map(({ title, href }) => [title, href])).toEqual([
    ['Sales', '#/dashboards/hub?region=FR'],
    ['Morning', '#/'],
  ])
})

test('few pages are kept, and a damaged store has none', () => {
  const kept = storage()
  for (let at = 0; at < 20; at += 1) keepPage(`Page ${at}`, `#/p/${at}`, kept)
  expect(recentPages(kept)).toHaveLength(7)
  expect(recentPages(storage('{'))).toEqual([])
  expect(recentPages(storage('[1, {"title": "a"}]'))).toEqual([])
})

test('the address of nothing is not a page that was opened, until there is something', () => {
  const kept = storage()
  keepPage('Morning', '', kept)
  keepPage('Payment 99', '#/rows/payments/99', kept)
  const end = leaveOut('#/rows/payments/99?column=a', kept)
  keepPage('Payment 99', '#/rows/payments/99', kept)
  expect(recentPages(kept).map(({ title }) => title)).toEqual(['Morning'])
  end()
  keepPage('Payment 99', '#/rows/payments/99', kept)
  expect(recentPages(kept)[0]?.title).toBe('Payment 99')
})
