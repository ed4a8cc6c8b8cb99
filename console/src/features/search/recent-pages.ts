import { keepList, keptList } from '../../api/kept-list'
import type { Place } from './pages-and-answers'

const KEY = 'headgate.recent-pages'
const MAX_RECENT_PAGES = 6

type Kept = Pick<Storage, 'getItem' | 'setItem'>

/** The pages that were opened last in this tab, the newest first. They are gone with the tab, as others may use the browser. */
export const recentPages = (storage: Kept = window.sessionStorage): Place[] =>
  keptList(() => storage, KEY, isPlace)

const isPlace = (value: unknown): value is Place =>
  typeof (value as Place | null)?.title === 'string' && typeof (value as Place).href === 'string'

/** The addresses of nothing that are shown now. */
const nothingAt = new Set<string>()

/** Leaves the address of a page that does not exist out of the list, until the returned function is called. */
export function leaveOut(hash: string, storage: Kept = window.sessionStorage): () => void {
  const path = pathOf(hash || '#/')
  nothingAt.add(path)
  const pages = recentPages(storage)
  const others = pages.filter(({ href }) => pathOf(href) !== path)
  if (others.length < pages.length) keepList(() => storage, KEY, others)
  return () => void nothingAt.delete(path)
}

/** Keep the page of an address as the newest one. An address whose filters change is one page. */
export function keepPage(title: string, hash: string, storage: Kept = window.sessionStorage): void {
  const href = hash || '#/'
  const pages = recentPages(storage)
  if (!title || nothingAt.has(pathOf(href)) || (pages[0]?.title === title && pages[0].href === href)) return
  const others = pages.filter((page) => pathOf(page.href) !== pathOf(href))
  keepList(
    () => storage,
    KEY,
    [{ kind: 'opened before', title, href }, ...others].slice(0, MAX_RECENT_PAGES + 1),
  )
}

const pathOf = (href: string): string => href.split('?')[0] ?? ''
