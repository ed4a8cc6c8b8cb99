import { Alert, Badge, Button, Skeleton, Text, VisuallyHidden } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'

import { ApiProblem } from '../api/client'
import { isSilence, useOffline } from '../api/reach'
import { stateWords } from '../formats/states'
import { Advice } from './advice'
import { useFirstOfPage, useOneFailure } from './one-failure'

const SLOW_MS = 3000

/** What is so while nothing can be shown yet: the outline of it. That it takes long is said once per page, by its first part that loads. */
export function Waiting({ what }: { what: string }) {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [])
  const isOffline = useOffline() !== undefined
  const slow = useFirstOfPage(isLong) && !isOffline
  return (
    <div role="status" className="waiting">
      <VisuallyHidden>
        Loading {what} …{slow ? ' ' : ''}
      </VisuallyHidden>
      {slow ? (
        <Text size="sm">The API takes longer than usual. The page continues by itself; nothing is lost.</Text>
      ) : null}
      <Outline />
    </div>
  )
}

/** Grey lines where a text or a table will be; they move while it is read. */
const Outline = ({ isStill = false }: { isStill?: boolean }) =>
  ['90%', '70%', '80%'].map((width) => (
    <Skeleton key={width} height={10} mt={10} width={width} animate={!isStill} aria-hidden />
  ))

/** A part that was not read before the API fell silent. The page says once that it comes by itself. */
function Unread({ what }: { what: string }) {
  const isFirst = useFirstOfPage(true)
  return (
    <div role="status" className="waiting">
      {isFirst ? (
        <Text size="sm" className="muted">
          Not read yet. It comes by itself as soon as the API answers.
        </Text>
      ) : (
        <VisuallyHidden>Not read yet: {what}</VisuallyHidden>
      )}
      <Outline isStill />
    </div>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" p="sm" className="muted" role="status">
      {children}
    </Text>
  )
}

interface Failure {
  error: unknown
  /** What cannot be shown, or with `isAction` what could not be done. */
  what: string
  isAction?: boolean
  onRetry?: () => void
  /** When the part was last read, where that is still shown below; 0 where the time is not known. */
  since?: number
}

export function Failed({ error, what, isAction = false, onRetry, since }: Failure) {
  const message = messageOf(error)
  const isAbsent = isMissing(error)
  const isOffline = useOffline() !== undefined && isSilence(error) && !isAction
  const { title, isRepeated, shownBy, retry } = useOneFailure(
    message,
    what,
    onRetry,
    isAction || isAbsent || isOffline,
    since,
  )
  const mayPass = !isAction && !isOffline && !shownBy && retry !== undefined && isPassing(error)
  useRenewal(mayPass ? retry : undefined)
  // The strip above the page says so, and how old it is.
  if (isOffline) return since === undefined ? <Unread what={what} /> : null
  if (isAbsent)
    return (
      <Empty>
        <Advice text={message} />
      </Empty>
    )
  if (shownBy && (isRepeated || since !== undefined)) return null
  if (shownBy)
    return <Empty>Not shown, for the same reason as {shownBy.what.replace(/^The /, 'the ')}.</Empty>
  const outcome = isAction ? 'failed' : since === undefined ? 'cannot be shown' : 'and could not be renewed'
  return (
    <Alert color="red" title={`${title} ${outcome}`} role="alert" m="xs">
      <Text size="sm" component="div">
        <Advice text={message} />
      </Text>
      {mayPass ? <Text size="sm">The page tries again by itself every {RENEWAL_S} seconds.</Text> : null}
      {error instanceof ApiProblem && error.instance ? (
        <Text size="xs" className="muted">
          Request {error.instance}
        </Text>
      ) : null}
      {retry ? (
        <Button size="compact-sm" mt="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      ) : null}
    </Alert>
  )
}

const RENEWAL_S = 15
/** Answers of a gateway in front of an API that is busy or starts again. */
const PASSING = [502, 503, 504]

const isPassing = (error: unknown): boolean => error instanceof ApiProblem && PASSING.includes(error.status)

/** Asks again until the part is there. */
function useRenewal(retry: (() => void) | undefined): void {
  const newest = useRef(retry)
  useEffect(() => {
    newest.current = retry
  })
  const isOn = retry !== undefined
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => newest.current?.(), RENEWAL_S * 1000)
    return () => clearInterval(timer)
  }, [isOn])
}

/** What happened and what to do. `fetch` throws a TypeError where no answer came. */
function messageOf(error: unknown): string {
  if (isSilence(error)) return 'The API did not answer. Check the network, then try again.'
  return error instanceof Error ? error.message : String(error)
}

export const isMissing = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 404 || isNoName(error))

/** An address with a name that nothing may have, such as a run of two words. */
const isNoName = ({ status, parts }: ApiProblem): boolean =>
  status === 422 && parts.length > 0 && parts.every(({ where }) => where.startsWith('path.'))

interface Asked<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  dataUpdatedAt?: number
  refetch: () => unknown
}

/** Why a query failed, with a note that what was read before may be old; nothing where it did not fail. */
export function FailedAnswer({ of, what }: { of: Asked<unknown>; what: string }) {
  if (!of.error) return null
  const old = of.data === undefined ? {} : { since: of.dataUpdatedAt ?? 0 }
  return <Failed error={of.error} what={what} onRetry={() => void of.refetch()} {...old} />
}

/** Shows what a query returned, or says that it is loading or failed. What was read before stays, with a note that it may be old. */
export function Answered<T>({
  of,
  what,
  children,
}: {
  of: Asked<T>
  what: string
  children: (data: T) => ReactNode
}) {
  if (of.data !== undefined)
    return (
      <>
        <FailedAnswer of={of} what={what} />
        {children(of.data)}
      </>
    )
  return of.error ? <FailedAnswer of={of} what={what} /> : <Waiting what={what} />
}

// The shade is named, because Mantine's own gray dot is as dark as the page in the dark scheme.
const GRAY = 'gray.6'
const COLOURS: Record<string, string> = {
  done: 'teal',
  succeeded: 'teal',
  healthy: 'teal',
  running: 'blue',
  processing: 'blue',
  replaying: 'blue',
  handed_over: 'blue',
  pending: GRAY,
  waiting: GRAY,
  ignored: GRAY,
  skipped: GRAY,
  skipped_duplicate: GRAY,
  reverted: GRAY,
  needs_mapping: 'yellow',
  profiled: GRAY,
  many_refused: 'yellow',
  rows_wait: 'yellow',
  rows_refused: 'yellow',
  degraded: 'yellow',
  succeeded_with_problems: 'yellow',
  unknown: GRAY,
}

/** `label` replaces the words of the state where they are too long for one line. */
export function StateBadge({ state, label = stateWords(state) }: { state: string; label?: string }) {
  return (
    <Badge
      variant="dot"
      color={COLOURS[state] ?? 'red'}
      tt="none"
      miw="max-content"
      style={{ overflow: 'visible' }}
    >
      {label}
    </Badge>
  )
}
