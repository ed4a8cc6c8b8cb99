import { expect, test } from 'vitest'

import { unknownFilterWords } from './unknown-filters'

const FILTERS = [{ name: 'from' }, { name: 'from' }, { name: 'place' }]

test('a filter of an address that the page does not have is named, with the filters that it has', () => {
  const words = (address: string) => unknownFilterWords(new URLSearchParams(address), FILTERS)
  expect(words('place_name=Alps')).toBe(
    'No filter is called place_name here. The page has the filters from, place.',
  )
  expect(words('place=Alps&from=2026-01-01&by=ana&panel=visits')).toBe('')
  expect(words('place_name=')).toBe('')
})

test('a page without filters lists none', () => {
  expect(unknownFilterWords(new URLSearchParams('a=1'), [])).toBe('No filter is called a here.')
})
