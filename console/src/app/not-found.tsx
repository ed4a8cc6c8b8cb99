import { Anchor, Button, Stack, Text } from '@mantine/core'
import { useEffect } from 'react'
import { isRouteErrorResponse, Navigate, useLocation, useRouteError } from 'react-router'

import { isSilence } from '../api/reach'
import { type Listed, LISTS, NothingPage } from '../components/nothing-here'
import { PageTitle } from '../components/panel'

const RETRY_MS = 3000
/** A page whose program fails again soon after it was loaded again needs a person. */
const PATIENCE_MS = 60_000
const LOADED_AGAIN = 'headgate.loaded-again'

export function NotFound() {
  const error = useRouteError()
  const failed = error instanceof Error && !isRouteErrorResponse(error)
  // A part of the program that cannot be loaded is a TypeError: no network, or a bundle that was replaced long ago.
  const isUnloaded = failed && isSilence(error)
  const isAutomatic = useLoadedAgain(isUnloaded)
  const { pathname } = useLocation()
  if (!failed) return <Nothing pathname={pathname} />
  const message = isUnloaded
    ? `This page was not opened before, and could not be loaded now. ${isAutomatic ? 'It opens by itself as soon as the network is back.' : 'Check the network, then load the page again.'}`
    : error.message
  return (
    <Stack p="lg">
      <PageTitle>This page cannot be shown</PageTitle>
      <Text>{message}</Text>
      {isAutomatic ? null : (
        <Button w="max-content" variant="default" onClick={() => window.location.reload()}>
          Load the page again
        </Button>
      )}
      <Anchor href="#/">The first page</Anchor>
    </Stack>
  )
}

/** The first part of an address says of what it is, also where another part is missing: `/tables/orders`. */
const OF_ADDRESS: Readonly<Record<string, Listed>> = {
  datasets: 'dataset',
  rows: 'dataset',
  tables: 'table',
  dashboards: 'dashboard',
  models: 'model',
  runs: 'run',
  files: 'file',
  work: 'queue',
}

/** What an address of nothing may have meant; the list of such things where the address names none. */
function Nothing({ pathname }: { pathname: string }) {
  const name = pathname.replace(/^\/+|\/+$/g, '')
  const [first = '', ...rest] = name.split('/')
  const what = OF_ADDRESS[first]
  if (what && rest.length === 0) return <Navigate replace to={LISTS[what].href.slice(1)} />
  return what ? <NothingPage what={what} name={rest.join('/')} /> : <NothingPage what="page" name={name} />
}

/** Loads the page again once its server answers; returns whether it will. It does so once a minute at most: a program that is missing on the server would be loaded again without end. */
function useLoadedAgain(isUnloaded: boolean): boolean {
  const before = Number(sessionStorage.getItem(LOADED_AGAIN) ?? 0)
  const isDue = isUnloaded && Math.abs(performance.timeOrigin - before) > PATIENCE_MS
  useEffect(() => {
    if (!isDue) return
    const ask = async (): Promise<void> => {
      const answer = await fetch(window.location.pathname, { cache: 'no-store' }).catch(() => undefined)
      if (!answer?.ok) return
      sessionStorage.setItem(LOADED_AGAIN, String(Date.now()))
      window.location.reload()
    }
    void ask()
    const timer = setInterval(() => void ask(), RETRY_MS)
    return () => clearInterval(timer)
  }, [isDue])
  return isDue
}
