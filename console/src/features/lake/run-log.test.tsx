// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { RunLog } from './run-log'

const line = (text: string, level = 'info') => ({
  job: 'merge_curated',
  written_at: '2026-01-02T03:04:05',
  level,
  text,
})
let answer: { lines: unknown[]; reason: string }
let asked: string[] = []

beforeEach(() => {
  asked = []
  answer = { lines: [line('began'), line('no room', 'error')], reason: '' }
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(new Response(JSON.stringify(answer)))
  })
})
afterEach(cleanup)

function shown(hasFailed: boolean) {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RunLog name="nightly" hasFailed={hasFailed} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

const texts = async () => (await screen.findAllByRole('listitem')).map((item) => item.textContent ?? '')

test('a log is read when somebody opens it, and of a failed run the last line comes first', async () => {
  shown(true)
  expect(asked).toEqual([])
  await userEvent.click(screen.getByText(/^Log/))
  const [first, second] = await texts()
  expect(first).toContain('Error: no room')
  expect(second).toContain('began')
  expect(asked).toEqual(['http://api/v1/runs/nightly/logs?limit=200'])
})

test('a log of a run that succeeded is read from the top', async () => {
  shown(false)
  await userEvent.click(screen.getByText(/^Log/))
  expect((await texts())[0]).toContain('began')
})

test('a log without lines says why', async () => {
  answer = { lines: [], reason: 'No job of this run has ended yet.' }
  shown(false)
  await userEvent.click(screen.getByText(/^Log/))
  expect(await screen.findByText('No job of this run has ended yet.')).toBeTruthy()
  expect(screen.queryByRole('listitem')).toBeNull()
})
