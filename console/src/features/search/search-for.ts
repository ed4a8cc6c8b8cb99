/** The event that opens the search with words. */
export const SEARCH_FOR = 'headgate-search-for'

/** Opens the search of all pages with words. */
export const searchFor = (words: string): boolean =>
  window.dispatchEvent(new CustomEvent(SEARCH_FOR, { detail: words }))
