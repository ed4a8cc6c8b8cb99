// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { EarlierEdits } from './earlier-edits'
import { NO_EDITS } from './edits'

afterEach(cleanup)

const EARLIER: Schemas['EarlierEditsOfRows'] = {
  cells: [
    { row: 2, column: 'price', text: '12.00' },
    { row: 3, column: 'stock', text: null },
  ],
  left_out: [4],
  files: [{ file_id: 'f-1', key: 'prices/list.csv', received_at: '2026-11-24T03:00:00' }],
}

function Page({ result }: { result: Schemas['DryRun'] }) {
  const [edits, setEdits] = useState({ ...NO_EDITS, dataset: 'prices' })
  return (
    <>
      <EarlierEdits uploadId="u-1" result={result} edits={edits} onChange={setEdits} />
      <output>{JSON.stringify([edits.cells, edits.left_out])}</output>
    </>
  )
}

function show(facts: object) {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(new URL(url).pathname)
    return Promise.resolve(Response.json(EARLIER))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const result = { part: '', same_name: '', edited_copy: '', replaces: null, ...facts }
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Page result={result as unknown as Schemas['DryRun']} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return asked
}

test('edits of an earlier file are offered, and made again by one button', async () => {
  show({ same_name: 'f-1' })
  const note = await screen.findByRole('note')
  expect(note.textContent).toMatch(
    /^Of these rows, 2 cells were typed and 1 row was left out last time, in list/,
  )
  screen.getByText('row 2: price 12.00; row 3: stock empty; row 4 left out')
  expect(screen.getByRole('status').textContent).toBe('[{},[]]')
  await userEvent.click(screen.getByRole('button', { name: 'Apply them again' }))
  expect(screen.getByRole('status').textContent).toBe('[{"2":{"price":"12.00"},"3":{"stock":null}},[4]]')
  expect(screen.queryByRole('note')).toBeNull()
})

test('rows of a file of another name are asked about, and a new file is not', async () => {
  const asked = show({ replaces: { files: [{ file_id: 'f-1' }] } })
  await screen.findByRole('note')
  expect(asked).toEqual(['/v1/uploads/u-1/earlier-edits'])
  cleanup()
  expect(show({})).toEqual([])
})
