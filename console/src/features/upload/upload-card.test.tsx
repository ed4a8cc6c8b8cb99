// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { NO_EDITS } from '../import/edits'
import type { Checked } from './transfer'
import { UploadCard } from './upload-card'
import { lastUploads } from './last-uploads'
import { addUploads, removeEnded, removeUpload, useUploads } from './uploads-store'

/** The check that the person sees when they commit: another one than the first, which is of no dataset. */
let newest: Checked

const inBrowser = vi.hoisted(() => new Map<string, object>())

vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  del: (id: string) => Promise.resolve(inBrowser.delete(id)),
  entries: () => Promise.resolve([]),
  get: () => Promise.resolve(undefined),
  set: (id: string, kept: object) => Promise.resolve(inBrowser.set(id, kept)),
}))
vi.mock('../import/import-panel', () => ({
  ImportPanel: ({ onCommit }: { onCommit: (check: Checked, edits: typeof NO_EDITS) => void }) => (
    <button onClick={() => onCommit(newest, NO_EDITS)}>Commit</button>
  ),
}))
vi.mock('./live', () => ({
  Live: ({ lists, children }: { lists?: string[]; children?: ReactNode }) => (
    <>
      <p data-lists={lists?.join()}>The receipt</p>
      {children}
    </>
  ),
}))

const checkOf = (part: string, read: string[], inLake: string[] = []) => ({
  state: 'checked',
  outcome: 'done',
  grid: { rows: 1 } as object | null,
  columns: [],
  part,
  parts: ['Cover', 'Jan', 'Feb', 'Notes'],
  offered_parts: ['Jan', 'Feb', 'Notes'],
  parts_read: read,
  part_rows: {},
  part_datasets: {},
  hidden_parts: [] as string[],
  parts_in_lake: inLake.map((name) => ({ name, file_id: name, since: '2026-11-28T20:05:00' })),
})
let first: ReturnType<typeof checkOf>
const FIRST = { id: 'first', file: new File(['a'], 'months.xlsx'), dataset: '', by: 'ana', addedAt: 0 }
let answers: Record<string, unknown> = {}
const lost = { commits: 0 }
const asked: { request: string; body: string }[] = []

beforeEach(() => {
  asked.length = 0
  inBrowser.clear()
  FIRST.file = new File(['a'], 'months.xlsx') // parts that a test commits are noted for its file
  first = checkOf('Jan', ['Jan'])
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const upload = { upload_id: 'u', state: 'complete', file_id: 'f' }
  lost.commits = 0
  localStorage.clear()
  answers = {
    'POST /v1/uploads': upload,
    'POST /v1/uploads/u/dry-run': {},
    'POST /v1/uploads/u/commit': { ...upload, state: 'committed' },
  }
  vi.stubGlobal('fetch', (url: string, { method, body }: { method: string; body?: string }) => {
    asked.push({ request: `${method} ${url}`, body: body ?? '' })
    answers['GET /v1/uploads/u/dry-run'] = first
    if (url.endsWith('/commit') && lost.commits-- > 0) return Promise.reject(new TypeError('Failed to fetch'))
    return Promise.resolve(new Response(JSON.stringify(answers[`${method} ${url}`] ?? {}), { status: 200 }))
  })
})
afterEach(() => {
  cleanup()
  for (const { id } of renderHook(useUploads).result.current) removeUpload(id)
  vi.unstubAllGlobals()
})

/** The cards of all uploads, as the page shows them. */
function Cards() {
  return [FIRST, ...useUploads()].map((kept) => <UploadCard key={kept.id} kept={kept} onRemove={vi.fn()} />)
}

const show = (kept = FIRST) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <UploadCard kept={kept} onRemove={vi.fn()} />
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

test('a hidden sheet that is not in the lake is named where all others are, and opens with a click', async () => {
  first = { ...checkOf('Jan', ['Jan'], ['Jan', 'Feb', 'Notes']), hidden_parts: ['Cover'] }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <Cards />
      </MantineProvider>
    </QueryClientProvider>,
  )
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toMatch(/In the lake: Jan since .*, Notes/)
  expect(alert.textContent).not.toMatch(/Every part/)
  expect(alert.textContent).toMatch(/Cover \(hidden\) is not in\./)
  fireEvent.click(screen.getByRole('button', { name: 'Open Cover' }))
  const begun = () => asked.filter(({ request }) => request === 'POST /v1/uploads')
  await waitFor(() => expect(begun()).toHaveLength(2))
  expect(begun().map(({ body }) => (JSON.parse(body) as { part: string }).part)).toEqual(['', 'Cover'])
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
  // The later upload of the file goes on with it.
  expect(screen.queryByRole('button', { name: 'Next: Notes' })).toBeNull()
})

/** The card of a file, and whether the page Upload still has the file once somebody has left it. */
function listed(id: string): () => boolean {
  const kept = { ...FIRST, id }
  addUploads([kept])
  show(kept)
  return () => {
    removeEnded()
    const isListed = renderHook(useUploads).result.current.includes(kept)
    removeUpload(id)
    return isListed
  }
}

test('a file of which every part is in is not sent again when somebody comes back, unless it was opened', async () => {
  first = checkOf('Jan', ['Jan'], ['Jan', 'Feb', 'Notes'])
  const isListed = listed('all')
  await screen.findByRole('alert')
  expect([isListed(), inBrowser.has('all')]).toEqual([false, false])
  cleanup()
  const isListedAgain = listed('opened')
  fireEvent.click(await screen.findByRole('button', { name: 'Open it all the same' }))
  await screen.findByRole('button', { name: 'Commit' })
  await waitFor(() => expect(inBrowser.has('opened')).toBe(true))
  expect(isListedAgain()).toBe(true)
})

test('a file of which nothing can be read is closed, and is not sent again when somebody comes back', async () => {
  first = { ...checkOf('', []), parts: [], offered_parts: [], outcome: 'rejected', grid: null }
  const isListed = listed('picture')
  await screen.findByRole('button', { name: 'Close' })
  expect([isListed(), inBrowser.has('picture')]).toEqual([false, false])
})

test('a receipt with sheets that are left stays for whoever comes back, and one of a whole file does not', async () => {
  for (const [id, read, isLeft] of [
    ['part', ['Jan'], true],
    ['whole', ['Jan', 'Feb', 'Notes'], false],
  ] as const) {
    newest = { result: checkOf('Jan', [...read]) as unknown as Checked['result'], etag: 'e' }
    const isListed = listed(id)
    fireEvent.click(await screen.findByRole('button', { name: 'Commit' }))
    // A column with the name of a sheet is no list, so the receipt names it if it was left out.
    expect((await screen.findByText('The receipt')).dataset['lists']).toBe('')
    // A reload opens the next sheet of a file with sheets that are left.
    await waitFor(() => expect(inBrowser.has(id)).toBe(isLeft))
    expect(isListed()).toBe(isLeft)
    cleanup()
  }
})

test('a commit whose answer was lost is listed like any other, and leads to the sheets that are left', async () => {
  newest = { result: checkOf('Jan', ['Jan']) as unknown as Checked['result'], etag: 'e' }
  lost.commits = 1
  const isListed = listed('lost')
  fireEvent.click(await screen.findByRole('button', { name: 'Commit' }))
  answers['POST /v1/uploads'] = { upload_id: 'u', state: 'committed', file_id: 'f' }
  fireEvent.click(await screen.findByRole('button', { name: 'Try again' }))
  await screen.findByText('Not in yet from this file: Feb, Notes.')
  await waitFor(() => expect(inBrowser.get('lost')).toMatchObject({ part: 'Feb', by: 'ana' }))
  expect(lastUploads('ana')).toEqual(['f'])
  expect(isListed()).toBe(true)
})

test('a file that was committed before a reload is listed, and is not sent again', async () => {
  answers['POST /v1/uploads'] = { upload_id: 'u', state: 'committed', file_id: 'f' }
  const isListed = listed('reloaded')
  await screen.findByText('The receipt')
  await waitFor(() => expect(inBrowser.has('reloaded')).toBe(false))
  expect([isListed(), lastUploads('ana')]).toEqual([false, ['f']])
})

test('a file whose receipt is closed at once does not come back', async () => {
  newest = { result: checkOf('Jan', ['Jan']) as unknown as Checked['result'], etag: 'e' }
  listed('closed')
  fireEvent.click(await screen.findByRole('button', { name: 'Commit' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Close' }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(inBrowser.has('closed')).toBe(false)
})
