// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { QuarantinePanel } from './quarantine-panel'

const LINE = { dataset: 'payments', rule: 'type', columns: ['amount'], files: 1, files_rejected: 0, rows: 2 }
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('a reason of refused rows names the column that it is about', async () => {
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      url.includes('/v1/quarantine')
        ? Response.json({ lines: [LINE], waiting: [], files_waiting: 0 })
        : Response.json({ tables: [] }),
    ),
  )
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <QuarantinePanel />
      </QueryClientProvider>
    </MantineProvider>,
  )
  expect(await screen.findByText('Amount does not have the type of its column')).toBeTruthy()
})
