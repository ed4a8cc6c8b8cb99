import { expect, test } from 'vitest'

import { unknownFilterWords } from './unknown-filters'

const FILTERS = [
  { name: 'from', label: 'Visited from' },
  { name: 'from', label: 'Visited from' },
  { name: 'place', label: 'Resort' },
]

test('a filter of an address that the page does not have is named, with the filters that it has, as they are called on the screen', () => {
  const words = (address: string) => unknownFilterWords(new URLSearchParams(address), FILTERS)
  expect(words('place_name=Alps')).toBe(
    'This page has no filter “Place name”. Its filters are: Visited from, Resort.',
  )
  expect(words('place=Alps&from=2026-01-01&by=ana&panel=visits')).toBe('')
  expect(words('place_name=')).toBe('')
})

test('a page without filters lists none', () => {
  expect(unknownFilterWords(new URLSearchParams('a=1'), [])).toBe('This page has no filter “A”.')
})
