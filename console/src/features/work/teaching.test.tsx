// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { queueItems } from './queue-state'
import { Teaching } from './teaching'
import { testDecision } from './test-decisions'

const decided = (item_id: string, action: string, decided_at: string) =>
  testDecision(item_id, action, { queue: 'review', decided_at, decided_by: 'ana' })
const ITEMS = queueItems({ columns: [{ name: 'item_id' }], rows: [['1'], ['2'], ['3']] }, [
  decided('1', 'note', '2026-11-27T09:00:00'),
  decided('1', 'block', '2026-11-26T09:00:00'),
  decided('2', 'approve', '2026-11-27T09:00:00'),
])
const RUNS = [
  { name: 'n', state: 'failed', started_at: '2026-11-27T12:00:00' },
  { name: 'm', state: 'succeeded', started_at: '2026-11-27T03:00:00' },
]
let groups: string[] = []

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, asked: RequestInit) =>
    Promise.resolve(
      new Response(
        JSON.stringify(
          url.endsWith('/v1/me')
            ? { name: 'ana', groups }
            : asked.method === 'POST'
              ? { name: 'api-1' }
              : { runs: RUNS },
        ),
      ),
    ),
  )
})
afterEach(cleanup)

function show(): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <Teaching items={ITEMS} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a decision since the last run that succeeded waits for the next one, which an operator starts at once', async () => {
  groups = ['viewer', 'uploader', 'operator']
  show()
  expect(
    await screen.findByText(
      /^No run has read 1 decision yet: .* Scores stay as they are until a new model is fitted/,
    ),
  ).toBeTruthy()
  await userEvent.click(await screen.findByRole('button', { name: 'Run now' }))
  const link = await screen.findByRole('link', { name: 'Follow the run' })
  expect(link.getAttribute('href')).toBe('#/runs/api-1')
})

test('who may not start a run reads when the model learns', async () => {
  groups = ['viewer', 'uploader']
  show()
  expect(await screen.findByText(/when new data have arrived or an operator starts one\./)).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Run now' })).toBeNull()
})
