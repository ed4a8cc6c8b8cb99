// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { RowsToFix } from './rows-to-fix'

afterEach(cleanup)

const file = (name: string) => ({
  file_id: name,
  key: `payments/${name}.csv`,
  dataset: 'payments',
  state: 'done',
  rows: 2,
  received: 4,
  received_at: '2026-11-24T03:00:00',
})

test('of the files that wait the newest has the one primary button', async () => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(JSON.stringify({ lines: [], waiting: [file('b'), file('a')], files_waiting: 2 })),
    ),
  )
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RowsToFix />
      </QueryClientProvider>
    </MantineProvider>,
  )
  const links = await screen.findAllByRole('link', { name: 'Open the rows' })
  expect(links.map((link) => [link.getAttribute('href'), link.dataset['variant']])).toEqual([
    ['#/files/b', 'filled'],
    ['#/files/a', 'default'],
  ])
})
