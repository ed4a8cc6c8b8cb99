// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { Undo } from './undo'

const FILE = {
  file_id: 'f1',
  key: 'products/a.csv',
  in_snapshot: '',
  replaced_rows: 0,
  unchanged_rows: null,
  accepted: 3,
  received_at: '2026-11-28T16:29:00',
} as unknown as Schemas['FileDetail']
const PREVIEW = {
  accepted: 3,
  files: [
    {
      file_id: 'f1',
      key: 'products/a.csv',
      accepted: 3,
      quarantined: 0,
      duplicates: 0,
      is_correction: false,
    },
  ],
  reason: '',
}
const EARLIER = {
  file_id: 'f0',
  key: 'products/a.csv',
  state: 'done',
  accepted: 38,
  received_at: '2026-11-28T16:27:00',
}

let state: 'done' | 'reverted'
let isRefused: boolean
let draw: () => void
let read: string[]

beforeEach(() => {
  state = 'done'
  isRefused = false
  read = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { method }: { method: string }) => {
    const { pathname } = new URL(url)
    read.push(pathname)
    // The page reads the file's new state before the request of the undo has settled everything.
    if (isRefused && method === 'POST')
      return Promise.resolve(new Response('{"detail": "A run works on it."}', { status: 409 }))
    if (pathname.endsWith('/revert') && method !== 'GET') {
      state = method === 'POST' ? 'reverted' : 'done'
      draw()
    }
    const answers: Record<string, unknown> = {
      '/v1/me': { name: 'op', groups: ['operator'], role: 'operator' },
      '/v1/files/f1/revert': { ...PREVIEW, may_revert: state === 'done', may_restore: state === 'reverted' },
      '/v1/files': { files: [{ ...FILE, state }, EARLIER], next_cursor: '' },
    }
    return Promise.resolve(new Response(JSON.stringify(answers[pathname] ?? {})))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show(changed: Partial<Schemas['FileDetail']> = {}) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const page = () => (
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <Undo file={{ ...FILE, ...changed, state }} />
      </QueryClientProvider>
    </MantineProvider>
  )
  const { rerender } = render(page())
  draw = () => act(() => rerender(page()))
}

test('the dialog of an undo is closed once the undo was taken back', async () => {
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Undo this upload' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Take the undo back' }))
  await screen.findByRole('button', { name: 'Undo this upload' })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull()
})

const askUndo = async () => userEvent.click(await screen.findByRole('button', { name: 'Undo this upload' }))

test('the dialog says what remains of an earlier file of the same name', async () => {
  show({ replaced_rows: 2 })
  await askUndo()
  await screen.findByText(/stays with its 38 accepted rows: a row that both files have goes back/)
  screen.getByText(
    /3 accepted rows of this file no longer count: those that no other file has leave the lake/,
  )
})

test('rows of an earlier file that this one did not replace are not said to count again', async () => {
  show()
  await askUndo()
  await screen.findByText(/stays with its 38 accepted rows/)
  expect(screen.queryByText(/again/)).toBeNull()
})

test('one row has its words, and the list of files is read once the dialog is open', async () => {
  const { accepted } = PREVIEW
  PREVIEW.accepted = 1
  show({ replaced_rows: null })
  await screen.findByRole('button', { name: 'Undo this upload' })
  expect(read).not.toContain('/v1/files')
  await askUndo()
  await screen.findByText(
    /1 accepted row of this file no longer counts: unless another file has it, it leaves/,
  )
  PREVIEW.accepted = accepted
})

test('the dialog that is opened again says nothing of an undo that failed before', async () => {
  isRefused = true
  show()
  await userEvent.click(await screen.findByRole('button', { name: 'Undo this upload' }))
  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  await screen.findByText(/A run works on it/)
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }))
  await userEvent.click(screen.getByRole('button', { name: 'Undo this upload' }))
  await screen.findByRole('button', { name: 'Undo' })
  expect(screen.queryByText(/A run works on it/)).toBeNull()
})

const COUNTED = { accepted: 420, replaced_rows: 7, unchanged_rows: 411 }

test.each(['', 's1'])(
  'the dialog says which rows go, which go back and which stay (snapshot "%s")',
  async (id) => {
    const { accepted } = PREVIEW
    PREVIEW.accepted = 420
    show({ ...COUNTED, in_snapshot: id })
    await askUndo()
    await screen.findByText(
      /^Of the 420 accepted rows of this file 2 leave the lake, 7 go back to their earlier values and 411 stay, because the lake had them before\./,
    )
    expect(screen.queryByText(/every table|no longer count/)).toBeNull()
    expect(screen.queryByText(/The tables follow at the next run/) !== null).toBe(id !== '')
    PREVIEW.accepted = accepted
  },
)

test('corrected rows go with the file that they are of', async () => {
  const { accepted } = PREVIEW
  PREVIEW.accepted = 423
  show(COUNTED)
  await askUndo()
  await screen.findByText(/411 stay, because the lake had them before\. 3 corrected rows of it leave, too\./)
  PREVIEW.accepted = accepted
})
