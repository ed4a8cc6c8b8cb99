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
    '“place_name=Alps” in the address is not applied: no filter has this name. Filter by “Visited from” and “Resort”.',
  )
  expect(words('place=Alps&from=2026-01-01&by=ana&panel=visits&show=done&item=7')).toBe('')
  expect(words('place_name=')).toBe('')
})

test('no name is called absent and present, as region beside “Region and category”', () => {
  const series = [{ name: 'series', label: 'Region and category' }]
  expect(unknownFilterWords(new URLSearchParams('region=GB&category=kitchen'), series)).toBe(
    '“region=GB” and “category=kitchen” in the address are not applied: no filter has one of these names. Filter by “Region and category”.',
  )
})

test('a page without filters lists none', () => {
  expect(unknownFilterWords(new URLSearchParams('a=1'), [])).toBe(
    '“a=1” in the address is not applied: nothing here can be filtered.',
  )
})
