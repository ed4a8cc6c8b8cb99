import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'

import { type FailedPart, oldTitle, titleOf } from './failed-parts'

interface Failures {
  parts: FailedPart[]
  /** The parts that load for long, in the order in which they began to. */
  slow: string[]
  setSlow: (id: string, isSlow: boolean) => void
  add: (part: FailedPart) => void
  remove: (id: string) => void
}

const OfPage = createContext<Failures | undefined>(undefined)

/** A page on which parts that failed for one cause show one box. */
export function FailuresOfPage({ children }: { children: ReactNode }) {
  const [parts, setParts] = useState<FailedPart[]>([])
  const remove = useCallback(
    (id: string) => setParts((before) => before.filter((part) => part.id !== id)),
    [],
  )
  const add = useCallback(
    (part: FailedPart) => setParts((before) => [...before.filter(({ id }) => id !== part.id), part]),
    [],
  )
  const [slow, setSlowParts] = useState<string[]>([])
  const setSlow = useCallback(
    (id: string, isSlow: boolean) =>
      setSlowParts((before) => [...before.filter((each) => each !== id), ...(isSlow ? [id] : [])]),
    [],
  )
  const failures = useMemo(() => ({ parts, add, remove, slow, setSlow }), [parts, add, remove, slow, setSlow])
  return <OfPage value={failures}>{children}</OfPage>
}

/** Whether this part is the first of the page that loads for long; outside of a page each is. */
export function useFirstOfPage(isLong: boolean): boolean {
  const id = useId()
  const failures = useContext(OfPage)
  const setSlow = failures?.setSlow
  useLayoutEffect(() => {
    if (!isLong) return
    setSlow?.(id, true)
    return () => setSlow?.(id, false)
  }, [id, isLong, setSlow])
  return isLong && (failures === undefined || failures.slow[0] === id)
}

interface Shared {
  title: string
  /** Whether another part of the same name says already that it is not shown. */
  isRepeated: boolean
  /** The part that shows the box; undefined where this one does. */
  shownBy: FailedPart | undefined
  retry: (() => void) | undefined
}

/** How a part shows its failure: the first part of one cause shows the box for all of them. `isAlone` is a failure that is shown by itself; `since`, when what is still shown was read. */
export function useOneFailure(
  cause: string,
  what: string,
  onRetry: (() => void) | undefined,
  isAlone: boolean,
  since?: number,
): Shared {
  const id = useId()
  const failures = useContext(OfPage)
  const newest = useRef(onRetry)
  useEffect(() => {
    newest.current = onRetry
  })
  const add = isAlone ? undefined : failures?.add
  const remove = failures?.remove
  const canRetry = Boolean(onRetry)
  useLayoutEffect(() => {
    add?.({ id, cause, what, since, retry: canRetry ? () => newest.current?.() : undefined })
    return () => remove?.(id)
  }, [add, remove, id, cause, what, since, canRetry])
  const isOld = since !== undefined
  const same = isAlone
    ? []
    : (failures?.parts ?? []).filter((part) => part.cause === cause && (part.since !== undefined) === isOld)
  if (same.length < 2)
    return {
      title: isOld ? oldTitle([{ since }]) : titleOf([what]),
      isRepeated: false,
      shownBy: undefined,
      retry: onRetry,
    }
  const retries = same.flatMap(({ retry }) => (retry ? [retry] : []))
  return {
    title: isOld ? oldTitle(same) : titleOf(same.map((part) => part.what)),
    isRepeated: same.find((part) => part.what === what)?.id !== id,
    shownBy: same[0]?.id === id ? undefined : same[0],
    retry: retries.length > 0 ? () => retries.forEach((retry) => retry()) : undefined,
  }
}
