import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { Empty } from '../../components/states'

/** Names in the address of a dashboard that are no filters. */
const NO_FILTERS = ['by', 'panel']

/** The filters that an address names and its page does not have, in words; empty if the page has all of them. */
export function unknownFilterWords(
  address: URLSearchParams,
  filters: readonly Pick<Schemas['DashboardFilter'], 'name'>[],
): string {
  const names = [...new Set(filters.map(({ name }) => name))]
  const unknown = [...new Set(address.keys())].filter(
    (name) => address.get(name) && ![...names, ...NO_FILTERS].includes(name),
  )
  if (unknown.length === 0) return ''
  const listed = names.length > 0 ? ` The page has the filters ${names.join(', ')}.` : ''
  return `${unknown.map((name) => `No filter is called ${name} here.`).join(' ')}${listed}`
}

/** Filters of an old or misspelt link, which would else be shown as if they had been applied. */
export function UnknownFilters({ filters }: { filters: readonly Schemas['DashboardFilter'][] }) {
  const words = unknownFilterWords(useSearchParams()[0], filters)
  return words ? <Empty>{words}</Empty> : null
}
