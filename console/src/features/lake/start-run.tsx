import { Button } from '@mantine/core'
import { useState } from 'react'

import { useStartRun } from '../../api/queries'

/** The button that starts a run; the key of a request makes a second click start none. */
export function StartRun({ start, size }: { start: ReturnType<typeof useStartRun>; size: string }) {
  const [key, setKey] = useState(() => crypto.randomUUID())
  return (
    <Button
      size={size}
      variant="default"
      loading={start.isPending}
      onClick={() => start.mutate(key, { onSuccess: () => setKey(crypto.randomUUID()) })}
    >
      Start a run
    </Button>
  )
}
