import { useEffect, useRef, useSyncExternalStore } from 'react'

/** The time, in milliseconds, since when the API does not answer, and when it answered last; undefined where it never did. */
export interface Offline {
  since: number
  seenAt: number | undefined
}

let answeredAt: number | undefined
let offline: Offline | undefined
const listeners = new Set<() => void>()

/** The API answered, whatever it said. */
export function noteAnswer(): void {
  answeredAt = Date.now()
  change(undefined)
}

/** No answer came: no network, or nothing listens at the address. */
export function noteSilence(): void {
  change(offline ?? { since: Date.now(), seenAt: answeredAt })
}

function change(to: Offline | undefined): void {
  if (to === offline) return
  offline = to
  for (const listener of listeners) listener()
}

/** `fetch` throws a TypeError where no answer came. */
export const isSilence = (error: unknown): boolean => error instanceof TypeError

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Since when the API does not answer; undefined while it does. */
export const useOffline = (): Offline | undefined => useSyncExternalStore(subscribe, () => offline)

/** Calls `onReturn` when the API answers again after a silence. */
export function useReturn(onReturn: () => void): void {
  const isOffline = useOffline() !== undefined
  const wasOffline = useRef(isOffline)
  const newest = useRef(onReturn)
  useEffect(() => {
    newest.current = onReturn
  })
  useEffect(() => {
    if (wasOffline.current && !isOffline) newest.current()
    wasOffline.current = isOffline
  }, [isOffline])
}
