import { Alert, Badge, Button, Group, Loader, Text } from '@mantine/core'
import type { ReactNode } from 'react'

import { ApiProblem } from '../api/client'

/** What is so while nothing can be shown yet, with what to do. */
export function Waiting({ what }: { what: string }) {
  return (
    <Group gap="xs" role="status" p="sm">
      <Loader size="xs" aria-hidden />
      <Text size="sm">Loading {what} …</Text>
    </Group>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" p="sm" className="muted" role="status">
      {children}
    </Text>
  )
}

export function Failed({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  const offline = !(error instanceof ApiProblem) && error instanceof TypeError
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ApiProblem && error.status === 404) return <Empty>{message}</Empty>
  return (
    <Alert color="red" title={`${what} cannot be shown`} role="alert" m="xs">
      <Text size="sm">
        {offline ? 'The API did not answer. Check the network, then try again.' : message}
      </Text>
      {error instanceof ApiProblem && error.instance ? (
        <Text size="xs" className="muted">
          Request {error.instance}
        </Text>
      ) : null}
      {onRetry ? (
        <Button size="compact-sm" mt="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </Alert>
  )
}

interface Asked<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
}

/** Shows what a query returned, or says that it is loading or failed. */
export function Answered<T>({
  of,
  what,
  children,
}: {
  of: Asked<T>
  what: string
  children: (data: T) => ReactNode
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>
  if (of.error) return <Failed error={of.error} what={what} onRetry={() => void of.refetch()} />
  return <Waiting what={what} />
}

const COLOURS: Record<string, string> = {
  done: 'teal',
  succeeded: 'teal',
  healthy: 'teal',
  running: 'blue',
  processing: 'blue',
  replaying: 'blue',
  handed_over: 'blue',
  pending: 'gray',
  waiting: 'gray',
  ignored: 'gray',
  skipped: 'gray',
  skipped_duplicate: 'gray',
  reverted: 'gray',
  needs_mapping: 'yellow',
  profiled: 'gray',
  degraded: 'yellow',
  unknown: 'gray',
}

export function StateBadge({ state }: { state: string }) {
  return (
    <Badge
      variant="dot"
      color={COLOURS[state] ?? 'red'}
      tt="none"
      miw="max-content"
      style={{ overflow: 'visible' }}
    >
      {state.replaceAll('_', ' ')}
    </Badge>
  )
}
