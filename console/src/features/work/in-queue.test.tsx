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

const asked: string[] = []
const RUN = { name: 'r1', state: 'succeeded', started_at: '2026-11-24T14:00:00' }
let decided: Schemas['Decision'][]

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  asked.length = 0
  decided = [testDecision('8', 'called', { decided_at: '2026-11-24T03:00' })]
  vi.stubGlobal('fetch', (url: string | URL | Request) => {
    asked.push(String(url))
    return Promise.resolve(
      Response.json(String(url).includes('/v1/runs') ? { runs: [RUN] } : { decisions: decided }),
    )
  })
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

test('a figure says what is decided of its queue, and how much of it since the run', async () => {
  show(ANSWER)
  expect(await screen.findByText('Queue: 1 decided; 2 open, £65.00.')).toBeTruthy()
  cleanup()
  decided = [...decided, testDecision('9', 'called', { decided_at: '2026-11-24T15:00' })]
  show(ANSWER)
  expect(await screen.findByText('Queue: 2 decided, 1 of them since the run; 1 open, £40.00.')).toBeTruthy()
})

test('the items of a queue of which nothing is decided are not asked for', async () => {
  decided = [testDecision('8', 'reopen')]
  show()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(asked.map((url) => new URL(url).pathname).sort()).toEqual(['/v1/decisions', '/v1/runs'])
  expect(screen.queryByText(/decided/)).toBeNull()
})

test('an item that was opened again after the run of the figures counts from the next run on', async () => {
  decided = [
    testDecision('5', 'reopen', { decided_at: '2026-11-24T14:00:59' }),
    testDecision('5', 'called', { decided_at: '2026-11-24T13:58:00' }),
    testDecision('4', 'reopen', { decided_at: '2026-11-24T13:00:00' }),
    testDecision('9', 'reopen', { decided_at: '2026-11-24T14:00:59' }),
  ]
  show(ANSWER)
  expect(await screen.findByText('Queue: 1 opened again, which counts after the next run.')).toBeTruthy()
})

test('a queue of which nothing was decided needs no words', async () => {
  decided = []
  show(ANSWER)
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByText(/^Queue/)).toBeNull()
})
