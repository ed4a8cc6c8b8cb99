// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { RowVersions } from './row-versions'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const VERSION = {
  file_id: 'b',
  file_key: 'parts/b.csv',
  corrects: 'a',
  by: 'ana',
  source_row: 2,
  changed: ['weight'],
}
const ANSWER = {
  columns: ['part_id', 'weight'],
  versions: [
    { ...VERSION, received_at: '2026-01-02T10:00:00', cells: ['P1', 116.48] },
    {
      ...VERSION,
      file_id: 'a',
      file_key: 'parts/a.csv',
      corrects: '',
      received_at: '2026-01-01T10:00:00',
      cells: ['P1', 7],
      changed: [],
    },
  ],
  is_complete: true,
}

function show(answer: object): void {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(Response.json(url.includes('row-versions') ? answer : { tables: [] })),
  )
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <RowVersions dataset="parts" value="P1" />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('each version of a row has its file, its sender and what it changed', async () => {
  show(ANSWER)
  expect(await screen.findByText('Weight: 7 → 116.48')).toBeTruthy()
  const [, newest, first] = screen.getAllByRole('row').map(({ textContent }) => textContent)
  expect(newest).toContain('a correction, row 2 of b.csv by ana')
  expect(first).toContain('The first version that is kept')
})

test('a row that one file has alone shows no versions, unless files were not read', async () => {
  show({ ...ANSWER, versions: ANSWER.versions.slice(1), is_complete: false })
  expect(await screen.findByText(/Older and larger files may have further versions/)).toBeTruthy()
})
