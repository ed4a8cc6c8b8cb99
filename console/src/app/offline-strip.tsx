import { Button, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { read, signOut } from '../api/client'
import { type Offline, useOffline, useReturn } from '../api/reach'
import { clockTime } from '../formats/moments'

const RETRY_MS = 4000
/** A shorter silence is no news: the request is tried again in it. */
const PATIENCE_MS = 1000
/** After so long the sign-in may be the reason: a browser does not show a page the answer that refuses it. */
const LONG_MS = 20_000

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
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timers = [setTimeout(() => setShown(true), PATIENCE_MS), setTimeout(() => setLong(true), LONG_MS)]
    return () => timers.forEach(clearTimeout)
  }, [])
  if (!isShown) return null
  return (
    <div className="offline" role="alert">
      <Text size="sm" span>
        <strong>Offline since {clockTime(offline.since)}.</strong> {stateWords(offline)} The console tries
        again by itself.{isLong ? ' If other pages of the internet open, sign in again.' : ''}
      </Text>
      <Button size="compact-sm" variant="default" onClick={askAgain}>
        Try now
      </Button>
      {isLong ? (
        <Button size="compact-sm" variant="default" onClick={signOut}>
          Sign in again
        </Button>
      ) : null}
    </div>
  )
}

const stateWords = ({ seenAt }: Offline): string =>
  seenAt === undefined ? 'Nothing was read yet.' : `You see the state of ${clockTime(seenAt)}.`
