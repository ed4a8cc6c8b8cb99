// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { NO_EDITS } from '../import/edits'
import type { Checked } from './transfer'
import { UploadCard } from './upload-card'
import { useUploads } from './uploads-store'

/** The check that the person sees when they commit: another one than the first, which is of no dataset. */
let newest: Checked

vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  del: () => Promise.resolve(),
  entries: () => Promise.resolve([]),
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
}))
vi.mock('../import/import-panel', () => ({
  isUnreadable: () => false,
  ImportPanel: ({ onCommit }: { onCommit: (check: Checked, edits: typeof NO_EDITS) => void }) => (
    <button onClick={() => onCommit(newest, NO_EDITS)}>Commit</button>
  ),
}))
vi.mock('./live', () => ({ Live: () => <p>The receipt</p> }))

const checkOf = (part: string, read: string[]) => ({
  state: 'checked',
  part,
  parts: ['Jan', 'Feb', 'Notes'],
  parts_read: read,
  part_rows: {},
  part_datasets: {},
})
const FIRST = { id: 'first', file: new File(['a'], 'months.xlsx'), dataset: '', addedAt: 0 }
const asked: { request: string; body: string }[] = []

beforeEach(() => {
  asked.length = 0
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const upload = { upload_id: 'u', state: 'complete', file_id: 'f' }
  const answers: Record<string, unknown> = {
    'POST /v1/uploads': upload,
    'POST /v1/uploads/u/dry-run': {},
    'GET /v1/uploads/u/dry-run': checkOf('Jan', ['Jan']),
    'POST /v1/uploads/u/commit': { ...upload, state: 'committed' },
  }
  vi.stubGlobal('fetch', (url: string, { method, body }: { method: string; body?: string }) => {
    asked.push({ request: `${method} ${url}`, body: body ?? '' })
    return Promise.resolve(new Response(JSON.stringify(answers[`${method} ${url}`] ?? {}), { status: 200 }))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** The cards of all uploads, as the page shows them. */
function Cards() {
  return [FIRST, ...useUploads()].map((kept) => <UploadCard key={kept.id} kept={kept} onRemove={vi.fn()} />)
}

test('the button of the receipt begins the upload of the sheet that the newest check did not read', async () => {
  newest = { result: checkOf('Jan, Feb', ['Jan', 'Feb']) as unknown as Checked['result'], etag: 'e' }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <Cards />
      </MantineProvider>
    </QueryClientProvider>,
  )
  fireEvent.click(await screen.findByRole('button', { name: 'Commit' }))
  await screen.findByText('Not in yet from this file: Notes.')
  fireEvent.click(screen.getByRole('button', { name: 'Next: Notes' }))
  const begun = () => asked.filter(({ request }) => request === 'POST /v1/uploads')
  await waitFor(() => expect(begun()).toHaveLength(2))
  expect(begun().map(({ body }) => (JSON.parse(body) as { part: string }).part)).toEqual(['', 'Notes'])
})
