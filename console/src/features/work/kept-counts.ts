import { useEffect } from 'react'

import { personOfLake } from '../../api/client'

const keyOf = (name: string): string => personOfLake(`headgate.open-items.${name}`)

/** The number of items that this tab counted last; undefined where it counted none, or the browser keeps nothing. */
export function keptCount(name: string): number | undefined {
  try {
    const kept = sessionStorage.getItem(keyOf(name))
    return kept === null ? undefined : Number(kept)
  } catch {
    return undefined
  }
}

/** The number of open items of a queue. Until it is read, or where nobody asks for it, the last one that this tab counted; undefined where it counted none yet. */
export function useKeptCount(name: string, items: number | undefined): number | undefined {
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
