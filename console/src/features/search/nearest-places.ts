import { allAlike } from '../../formats/spelling'
import type { Place } from './pages-and-answers'

/** The kinds of places that an address of nothing may have meant. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  dataset: ['dataset', 'table'],
  table: ['table', 'dataset'],
  dashboard: ['dashboard'],
  model: ['model'],
  queue: ['queue'],
  question: ['question', 'question of mine'],
  run: ['run'],
  page: ['page', 'dashboard'],
}

const MOST_NEAR = 3

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** The name in an address: the last part of its path, or its first parameter. */
const nameIn = (href: string): string => {
  const [path = '', parameters = ''] = href.split('?')
  return decodeURIComponent((parameters.split('=')[1] ?? path.split('/').at(-1) ?? '').replaceAll('+', ' '))
}

/** The places of a kind whose title or name is spelt most like a name that nothing has, the nearest first. */
export function nearestPlaces(all: Place[], what: string, name: string): Place[] {
  const kinds = KINDS[what] ?? []
  const places = all.filter(({ kind }) => kinds.includes(kind))
  const wanted = plain(name.split('/').at(-1) ?? '')
  const near = allAlike(wanted, [
    ...new Set(places.flatMap(({ title, href }) => [plain(title), plain(nameIn(href))])),
  ])
  // A name that is another thing's own needs no others beside it.
  const meant = (near.includes(wanted) ? [wanted] : near).flatMap((each) =>
    places.filter(({ title, href }) => [plain(title), plain(nameIn(href))].includes(each)),
  )
  return [...new Set(meant)].slice(0, MOST_NEAR)
}
