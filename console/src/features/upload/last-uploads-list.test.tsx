// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { dropUpload, lastUploads, noteUpload } from './last-uploads'
import { LastUploads } from './last-uploads-list'
import { addUploads, noteFile, removeUpload } from './uploads-store'

const FILE = {
  state: 'done',
  key: 'products/lines.csv',
  received_at: '2026-11-28T20:05:00Z',
  accepted: 57,
  quarantined: 3,
  duplicates: 2,
  corrected: 0,
  ignored: 0,
  closed_by: '',
  edited_before: { sent_as: 'lieferant.csv', part: 'Jan', parts: [], lists: [] },
  open_parts: [{ name: 'Feb', is_list: false }],
}

let answers: Record<string, unknown> = {}

beforeEach(() => {
  localStorage.clear()
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  answers = {
    '/v1/me': { name: 'ana', groups: ['uploader'] },
    '/v1/files/f1': { ...FILE, file_id: 'f1' },
    '/v1/files/f1/revert': { may_revert: true, may_restore: false, reason: '', files: [], accepted: 57 },
  }
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(new Response(JSON.stringify(answers[url] ?? {}), { status: answers[url] ? 200 : 404 })),
  )
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const show = (queries = new QueryClient()) =>
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider env="test">
        <LastUploads />
      </MantineProvider>
    </QueryClientProvider>,
  )

test('the page lists what a person committed last, with its undo and the parts that are left', async () => {
  noteUpload('f1', 'ana')
  show()
  expect((await screen.findByRole('link', { name: 'lieferant.csv' })).getAttribute('href')).toBe('#/files/f1')
  screen.getByText('57 rows are in, 3 rows wait for a person, 2 duplicates.')
  screen.getByText('Not in yet from lieferant.csv: Feb. Choose the file above: it opens there.')
  await screen.findByRole('button', { name: 'Undo this upload' })
  fireEvent.click(screen.getByRole('button', { name: 'Hide' }))
  expect(screen.queryByText('Your last uploads')).toBeNull()
  expect(lastUploads('ana')).toEqual([])
})

test('the list has the state after corrections, also where the file was read before', async () => {
  noteUpload('f1', 'ana')
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  const before = { ...FILE, file_id: 'f1', accepted: 55, quarantined: 6 }
  queries.setQueryData(['file', 'f1'], { body: before, etag: '' })
  answers['/v1/files/f1'] = { ...before, corrected: 5 }
  show(queries)
  await screen.findByText('60 rows are in, 5 of them corrected, 1 row waits for a person, 2 duplicates.')
})

test('a file that a card shows is not listed twice, and nobody sees the uploads of another person', async () => {
  noteUpload('f1', 'ana')
  noteUpload('f2', 'ben')
  expect(lastUploads('ben')).toEqual(['f2'])
  addUploads([{ id: 'k', file: new File(['a'], 'a.csv'), dataset: '', by: 'ana', addedAt: 0 }])
  noteFile('k', 'f1')
  const queries = new QueryClient()
  show(queries)
  await waitFor(() => expect(queries.getQueryData(['me'])).toBeTruthy())
  expect(screen.queryByText('Your last uploads')).toBeNull()
  removeUpload('k')
  await screen.findByText('Your last uploads')
})

test('the five newest uploads are listed', () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) noteUpload(id, 'ana')
  noteUpload('c', 'ana')
  expect(lastUploads('ana')).toEqual(['c', 'f', 'e', 'd', 'b'])
})

test('a file that was committed a moment ago is listed as soon as the gate has its record', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const record = answers['/v1/files/f1']
  delete answers['/v1/files/f1']
  noteUpload('f1', 'ana')
  show()
  await screen.findByText(/Waiting for the file's record|the file's record/)
  answers['/v1/files/f1'] = record
  await vi.advanceTimersByTimeAsync(3500)
  await screen.findByRole('link', { name: 'lieferant.csv' })
  vi.useRealTimers()
})

test('a file without a record says so, and a record that cannot be read can be asked for again', async () => {
  localStorage.setItem('headgate-last-uploads', '[{"fileId":"f9","by":"ana"}]')
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const { unmount } = show(queries)
  await screen.findByText('The lake has no record of it.')
  unmount()
  queries.removeQueries({ queryKey: ['file'] })
  const problem = { title: 'Busy', status: 429, detail: 'Too many requests.' }
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      url === '/v1/files/f9'
        ? new Response(JSON.stringify(problem), { status: 429 })
        : new Response(JSON.stringify(answers[url] ?? {}), { status: 200 }),
    ),
  )
  show(queries)
  await screen.findByText(/Too many requests/)
  screen.getByRole('button', { name: 'Try again' })
})

test('a list does not ask for a file that a card above has open', async () => {
  noteUpload('f1', 'ana')
  addUploads([
    { id: 'next', file: new File(['a'], 'lieferant.csv'), dataset: '', by: 'ana', addedAt: 0, part: 'Feb' },
  ])
  show()
  await screen.findByText('Not in yet from lieferant.csv: Feb.')
  removeUpload('next')
  await screen.findByText(/Choose the file above/)
})

test('a file that a later version replaces leads to it', async () => {
  answers['/v1/files/f1'] = { ...FILE, file_id: 'f1', closed_by: 'f2' }
  noteUpload('f1', 'ana')
  show()
  const link = await screen.findByRole('link', { name: 'A later version of the file' })
  expect(link.getAttribute('href')).toBe('#/files/f2')
})

test('two parts of one file have their own names in the list', async () => {
  const lists = ['orders', 'orders.items']
  const edits = { sent_as: 'webshop.json', part: 'orders.items', parts: lists, lists }
  answers['/v1/files/f1'] = { ...FILE, file_id: 'f1', edited_before: edits }
  noteUpload('f1', 'ana')
  show()
  await screen.findByRole('link', { name: 'webshop.json, orders › items' })
})

test('a person who closes an entry leaves it on the list of another person', () => {
  noteUpload('f1', 'ana')
  noteUpload('f1', 'ben')
  dropUpload('f1', 'ana')
  expect([lastUploads('ana'), lastUploads('ben')]).toEqual([[], ['f1']])
})
