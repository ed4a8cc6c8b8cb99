// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { TrustLine } from './trust-line'

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(JSON.stringify({ version: '1', as_of: '2010-12-09', tables: [] }))),
  )
})
afterEach(cleanup)

function show(words: string[], isRepeated = false): void {
  const board = { system: 's', trust: [{ tables: ['t'], words, sql: '', source: '' }] }
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <TrustLine board={board} table="t" isRepeated={isRepeated} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('the line shows as of when and its first two parts; the others are one click away', async () => {
  show(['off by 12 %', 'nearer: last year', 'method: level', 'bands are assumed'])
  const summary = await screen.findByText('as of 9 Dec 2010 · off by 12 % · nearer: last year · more')
  expect(summary.tagName).toBe('SUMMARY')
  expect(summary.parentElement?.hasAttribute('open')).toBe(false)
  expect(summary.parentElement?.textContent).toContain('method: level · bands are assumed')
})

test('of a line that the page has above only the day is in sight', async () => {
  show(['off by 12 %'], true)
  const summary = await screen.findByText('as of 9 Dec 2010 · more')
  expect(summary.parentElement?.textContent).toContain('off by 12 %')
})

test('a line of few parts is in sight', async () => {
  show(['counted, not estimated'])
  const line = await screen.findByText(/counted, not estimated/)
  expect(line.tagName).toBe('P')
})
