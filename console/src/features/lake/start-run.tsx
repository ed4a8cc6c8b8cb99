import { Button } from '@mantine/core'
import { useState } from 'react'

import { useStartRun } from './queries'

interface Props {
  start: ReturnType<typeof useStartRun>
  size: string
  label?: string
  /** The one system to build; without it everything. */
  only?: string
  /** Whether everything is computed again, also what did not change. */
  isFull?: boolean
}

/** The button that starts a run; the key of a request makes a second click start none. */
export function StartRun({ start, size, label = 'Start a run', only = '', isFull = false }: Props) {
  const [key, setKey] = useState(() => crypto.randomUUID())
  return (
    <Button
      size={size}
      variant="default"
      loading={start.isPending}
      onClick={() => start.mutate({ key, only, isFull }, { onSuccess: () => setKey(crypto.randomUUID()) })}
    >
      {label}
    </Button>
  )
}
