import { Alert, Anchor, Stack } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useEffect } from 'react'

import { leaveOut } from '../features/search/recent-pages'
import { PageTitle } from './panel'

const NearestPages = lazy(() => import('../features/search/nearest-pages'))

/** The list in which a person finds what an unknown address may have meant. */
export const LISTS = {
  file: { href: '#/lake', words: 'All files' },
  run: { href: '#/runs', words: 'All runs' },
  dataset: { href: '#/catalog', words: 'All datasets and tables' },
  table: { href: '#/catalog', words: 'All datasets and tables' },
  dashboard: { href: '#/dashboards', words: 'All dashboards' },
  model: { href: '#/dashboards', words: 'All dashboards' },
  queue: { href: '#/work', words: 'All queues' },
  answer: { href: '#/query', words: 'All questions' },
  question: { href: '#/query', words: 'All questions' },
  page: { href: '#/', words: 'The first page' },
} as const

export type Listed = keyof typeof LISTS

interface Props {
  what: Listed
  name: string
  why?: string
  /** The way to get it back. */
  action?: ReactNode
}

/** Keeps the address at hand out of the pages that were opened before, because nothing is there. */
export function useNothingHere(): void {
  useEffect(() => leaveOut(window.location.hash), [])
}

/** One form for every address of nothing: what does not exist, why that may be, the list of what does, and what has nearly its name. */
export function NothingHere({ what, name, why = 'The address may be old or misspelt.', action }: Props) {
  const { href, words } = LISTS[what]
  useNothingHere()
  return (
    <Alert
      color="gray"
      title={`No ${what} is named ${name}`}
      role="status"
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      {why}{' '}
      <Anchor inherit href={href}>
        {words}
      </Anchor>
      <Suspense>
        <NearestPages what={what} name={name} />
      </Suspense>
      {action ? <div>{action}</div> : null}
    </Alert>
  )
}

/** A page of nothing but that. */
export function NothingPage(props: Props) {
  return (
    <Stack gap="md">
      <PageTitle>No {props.what} here</PageTitle>
      <NothingHere {...props} />
    </Stack>
  )
}
