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

const checkOf = (part: string, read: string[], inLake: string[] = []) => ({
  state: 'checked',
  part,
  parts: ['Jan', 'Feb', 'Notes'],
  parts_read: read,
  part_rows: {},
  part_datasets: {},
  parts_in_lake: inLake.map((name) => ({ name, file_id: name, since: '2026-11-28T20:05:00' })),
})
let first: ReturnType<typeof checkOf>
const FIRST = { id: 'first', file: new File(['a'], 'months.xlsx'), dataset: '', addedAt: 0 }
const asked: { request: string; body: string }[] = []

beforeEach(() => {
  asked.length = 0
  first = checkOf('Jan', ['Jan'])
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const upload = { upload_id: 'u', state: 'complete', file_id: 'f' }
  const answers: Record<string, unknown> = {
    'POST /v1/uploads': upload,
    'POST /v1/uploads/u/dry-run': {},
    'POST /v1/uploads/u/commit': { ...upload, state: 'committed' },
  }
  vi.stubGlobal('fetch', (url: string, { method, body }: { method: string; body?: string }) => {
    asked.push({ request: `${method} ${url}`, body: body ?? '' })
    answers['GET /v1/uploads/u/dry-run'] = first
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

const show = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <UploadCard kept={FIRST} onRemove={vi.fn()} />
      </MantineProvider>
    </QueryClientProvider>,
  )

test('a workbook that is chosen again opens at its first sheet that is not in the lake', async () => {
  first = checkOf('Jan', ['Jan'], ['Jan'])
  show()
  await screen.findByRole('button', { name: 'Commit' })
  const edits = asked.filter(({ request }) => request === 'PUT /v1/uploads/u/edits')
  expect(edits.map(({ body }) => (JSON.parse(body) as { part: string }).part)).toEqual(['Feb'])
})

test('a workbook whose first sheet is not in the lake opens there, whatever else is in', async () => {
  first = checkOf('Jan', ['Jan'], ['Feb'])
  show()
  await screen.findByRole('button', { name: 'Commit' })
  expect(asked.some(({ request }) => request.startsWith('PUT'))).toBe(false)
})

test('a file of which every part is in the lake is a duplicate, names them, and can be opened', async () => {
  first = checkOf('Jan', ['Jan'], ['Jan', 'Feb', 'Notes'])
  show()
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toMatch(/^Duplicate file skipped/)
  expect(alert.textContent).toMatch(
    /Every part of this file is in the lake: Jan since .*, Feb since .*, Notes/,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Open it all the same' }))
  await screen.findByRole('button', { name: 'Commit' })
})

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
