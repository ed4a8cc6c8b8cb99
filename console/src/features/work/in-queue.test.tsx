// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { connect } from '../../api/client'
import { InQueue } from './in-queue'
import { testDecision } from './test-decisions'

const QUEUE = { name: 'calls', sql: 'SELECT 1', unit: 'GBP', actions: [] } as unknown as Schemas['WorkQueue']
const ANSWER = {
  columns: ['item_id', 'value'].map((name) => ({ name, type: 'double' })),
  rows: [
    ['7', 40],
    ['8', 60],
    ['9', 25],
  ],
}

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      Response.json({ decisions: [testDecision('8', 'called', { decided_at: '2026-11-24T03:00' })] }),
    ),
  )
})
afterEach(cleanup)

function show(answer?: object): void {
  const queries = new QueryClient()
  if (answer) queries.setQueryData(['result', QUEUE.sql], answer)
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <InQueue queues={[QUEUE]} name="calls" />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a figure says why its queue has less: what was decided since the run', async () => {
  show(ANSWER)
  expect(await screen.findByText('Of the queue 1 is decided since, 2 open, £65.00.')).toBeTruthy()
})

test('the items of the queue are not asked for', async () => {
  show()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByText(/decided since/)).toBeNull()
})
