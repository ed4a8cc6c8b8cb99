import { Button, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { isAnswering, read, signOut } from '../api/client'
import { type Offline, useOffline, useReturn } from '../api/reach'
import { clockTime } from '../formats/moments'

const RETRY_MS = 4000
/** A shorter silence is no news: the request is tried again in it. */
const PATIENCE_MS = 1000
/** A silence that two more requests did not end may be a refused sign-in. */
const PROBE_MS = 9000

const askAgain = (): void => void read('/v1/me').catch(() => undefined)

/** The one strip that says the API does not answer and how old the page is. It asks again by itself; then everything that failed is read again. */
export function OfflineStrip() {
  const offline = useOffline()
  const queries = useQueryClient()
  useReturn(() => void queries.refetchQueries({ predicate: ({ state }) => state.status === 'error' }))
  useEffect(() => {
    if (!offline) return
    askAgain()
    const timer = setInterval(askAgain, RETRY_MS)
    window.addEventListener('online', askAgain)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', askAgain)
    }
  }, [offline])
  return offline ? <Strip key={offline.since} offline={offline} /> : null
}

function Strip({ offline }: { offline: Offline }) {
  const [isShown, setShown] = useState(false)
  const [isRefused, setRefused] = useState(false)
  useEffect(() => {
    const shows = setTimeout(() => setShown(true), PATIENCE_MS)
    const probes = setInterval(() => void isAnswering().then(setRefused), PROBE_MS)
    return () => {
      clearTimeout(shows)
      clearInterval(probes)
    }
  }, [])
  if (!isShown) return null
  return (
    <div className="offline" role="alert">
      <Text size="sm" span>
        <strong>
          {isRefused
            ? `The API has not accepted your sign-in since ${clockTime(offline.since)}.`
            : `Offline since ${clockTime(offline.since)}.`}
        </strong>{' '}
        {stateWords(offline)} {isRefused ? 'Sign in again.' : 'The console tries again by itself.'}
      </Text>
      {isRefused ? (
        <Button size="compact-sm" onClick={signOut}>
          Sign in again
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" onClick={askAgain}>
          Try now
        </Button>
      )}
    </div>
  )
}

const stateWords = ({ seenAt }: Offline): string =>
  seenAt === undefined ? 'Nothing was read yet.' : `You see the state of ${clockTime(seenAt)}.`
