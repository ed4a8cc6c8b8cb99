import { useEffect } from 'react'

import { personOfLake } from '../../api/client'

const keyOf = (name: string): string => personOfLake(`headgate.open-items.${name}`)

/** The number of items that this tab counted last; 0 where the browser keeps nothing. */
function keptCount(name: string): number {
  try {
    return Number(sessionStorage.getItem(keyOf(name)) ?? 0)
  } catch {
    return 0
  }
}

/** The number of open items of a queue. Until it is read, or where nobody asks for it, the last one that this tab counted. */
export function useKeptCount(name: string, items: number | undefined): number {
  useEffect(() => {
    if (items === undefined) return
    try {
      sessionStorage.setItem(keyOf(name), String(items))
    } catch {
      // A full or private store: the count is missing on the next page only.
    }
  }, [name, items])
  return items ?? keptCount(name)
}
