type Reader = Pick<Storage, 'getItem'>
type Writer = Pick<Storage, 'setItem'>

/** A list that the browser keeps, without what is not of its kind; empty where the browser keeps nothing. */
export function keptList<T>(open: () => Reader, key: string, isItem: (value: unknown) => value is T): T[] {
  try {
    const kept = JSON.parse(open().getItem(key) ?? '[]') as unknown
    return Array.isArray(kept) ? kept.filter(isItem) : []
  } catch {
    return []
  }
}

/** Keep a list in the browser. A full or private store keeps nothing, which only the next page would see. */
export function keepList(open: () => Writer, key: string, items: readonly unknown[]): void {
  try {
    open().setItem(key, JSON.stringify(items))
  } catch {
    // The page goes on without it.
  }
}
