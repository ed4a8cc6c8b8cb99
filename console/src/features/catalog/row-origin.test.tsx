// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import type { Result } from '../query/results'
import { RowOrigin } from './row-origin'

afterEach(cleanup)

const ROWS = {
  columns: ['id', '_content_sha256', '_source_row'].map((name) => ({ name, type: 'varchar' })),
  rows: [['7', 'ab12', 412]],
} as unknown as Result

function show(files: unknown[]): URL[] {
  const asked: URL[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(new URL(url))
    const file = { uploaded_by: 'ana@example.com', state: 'done', stages: [] }
    return Promise.resolve(Response.json(url.includes('/files/f1') ? file : { files }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <RowOrigin dataset="visits" rows={ROWS} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return asked
}

test('the page of a row names the file that brought it, the row of the file, when and by whom', async () => {
  const asked = show([{ file_id: 'f1', key: 'visits/march.csv', received_at: '2026-03-01T08:00:00' }])
  const text = await screen.findByText(/from ana@example\.com/)
  expect(text.textContent).toMatch(
    /^This version came from row 412 of .*march\.csv, received .* from ana@example\.com\./,
  )
  expect(screen.getByRole('link', { name: /march\.csv/ }).getAttribute('href')).toBe('#/files/f1')
  expect(asked[0]?.search).toBe('?dataset=visits&content=ab12')
})

test('a row whose file is not listed says so', async () => {
  show([])
  expect(await screen.findByText(/^The file of this row is no longer listed\./)).toBeTruthy()
})
