// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { effectWords, leftWords, stateWords } from './removal-words'
import { DatasetPage } from './dataset-page'
import { RemoveDataset } from './remove-dataset'

vi.mock('../import/kept-edits', () => ({ uploadsOf: () => Promise.resolve(0) }))
afterEach(cleanup)

const EFFECTS: Schemas['DatasetRemoval'] = {
  dataset: 'visits',
  created_by: 'anna@example.com',
  created_at: '2026-11-24T03:00:00',
  state: 'in_use',
  files: 2,
  accepted: 4,
  refused: 1,
  under_way: 0,
  table: 'shop_curated.visits',
  questions: [{ name: 'Busiest day', by: 'ben@example.com' }],
  dashboards: [{ system: 'branches', title: 'Branches of the year' }],
  may_describe: true,
  may_mark_people: false,
  may_remove: true,
  may_restore: false,
  reason: '',
  removed_by: '',
  removed_at: '',
  removed_files: 0,
}
const DRAFT: Schemas['StoredContractDraft'] = {
  dataset: 'visits',
  by: 'anna@example.com',
  at: '2026-11-24T03:00:00',
  place: '',
  document: {},
  is_in_use: false,
  may_change: true,
  needs_deployment: [],
  removed_by: 'anna@example.com',
  removed_at: '2026-11-25T03:00:00',
}
const PROGRESS = { dataset: 'visits', done: 0, left: 0, lost: [], too_large: [] }

/** Answers each call with the next body of its method, the last one again. */
function answer(bodies: Record<string, object[]>): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string, request?: RequestInit) => {
    const method = request?.method ?? 'GET'
    asked.push(`${method} ${new URL(url).pathname}`)
    const next = bodies[method] ?? []
    return Promise.resolve(Response.json(next.length > 1 ? next.shift() : next[0]))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  return asked
}

function show(page: React.ReactNode): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{page}</QueryClientProvider>
    </MantineProvider>,
  )
  return client
}

test('a removal says what goes: files, rows, the table, and what reads it', () => {
  expect(effectWords(EFFECTS)).toEqual([
    '2 files with 4 accepted rows and 1 row in quarantine (refused or repeated) leave the lake.',
    'The next run drops the table shop_curated.visits.',
    '1 saved question that reads it will fail: Busiest day (ben@example.com).',
    '1 dashboard that reads it will fail in part: Branches of the year.',
  ])
  const nothing = { ...EFFECTS, files: 0, table: '', questions: [], dashboards: [], under_way: 1 }
  expect(effectWords(nothing)).toEqual([
    'No file of it is in the lake.',
    '1 file is still being checked. Press “Remove the rest” on this page afterwards.',
  ])
})

test('a dataset is removed only after its name was typed, and until no file is left', async () => {
  const asked = answer({
    GET: [EFFECTS],
    POST: [
      { ...PROGRESS, done: 1, left: 1 },
      { ...PROGRESS, done: 1 },
    ],
  })
  show(<RemoveDataset dataset="visits" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Remove this dataset' }))
  const remove = await screen.findByRole<HTMLButtonElement>('button', { name: 'Remove the dataset' })
  expect(remove.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 'visit')
  expect(remove.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 's')
  await userEvent.click(remove)
  await vi.waitFor(() => expect(asked.filter((line) => line.startsWith('POST'))).toHaveLength(2))
})

test('the effects are those of the moment in which the dialog opens', async () => {
  answer({ GET: [EFFECTS, { ...EFFECTS, files: 7 }] })
  show(<RemoveDataset dataset="visits" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Remove this dataset' }))
  await screen.findByText(/^7 files with/)
})

test('a removal that has begun is not called off by its dialog, which counts the files', async () => {
  answer({ GET: [EFFECTS], POST: [{ ...PROGRESS, done: 1, left: 1 }] })
  const quick = globalThis.fetch
  let posts = 0
  vi.stubGlobal('fetch', (url: string, request?: RequestInit) => {
    if (request?.method === 'POST' && ++posts === 2) return new Promise(() => undefined)
    return quick(url, request)
  })
  show(<RemoveDataset dataset="visits" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Remove this dataset' }))
  await userEvent.type(await screen.findByRole('textbox'), 'visits')
  await userEvent.click(screen.getByRole('button', { name: 'Remove the dataset' }))
  await screen.findByText('1 of 2 files')
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Keep it' }).disabled).toBe(true)
  await userEvent.keyboard('{Escape}')
  expect(screen.getByText('1 of 2 files')).toBeTruthy()
})

test('who created a dataset reads why it cannot be removed; others have no button', async () => {
  const reason = 'Columns of trips refer to visits. Remove the references first.'
  answer({ GET: [{ ...EFFECTS, may_remove: false, reason }] })
  show(<RemoveDataset dataset="visits" />)
  await userEvent.click(await screen.findByRole('button', { name: 'Remove this dataset' }))
  await screen.findByText(reason)
  expect(screen.queryByRole('textbox')).toBeNull()
  cleanup()
  answer({ GET: [{ ...EFFECTS, may_describe: false, may_remove: false }] })
  const client = show(<RemoveDataset dataset="visits" />)
  await vi.waitFor(() => expect(client.getQueryData(['removal', 'visits'])).toBeTruthy())
  expect(screen.queryByRole('button')).toBeNull()
})

/** An API with removed datasets that come back with the first DELETE. */
function answerRemoved(back: object, datasets = ['visits']): void {
  let isBack = false
  const contract = {
    zone: 'source',
    name: 'visits',
    dataset: 'visits',
    description: '',
    column_list: [],
    rules: [],
  }
  vi.stubGlobal('fetch', (url: string, request?: RequestInit) => {
    const place = new URL(url).pathname
    if (request?.method === 'DELETE') {
      isBack = true
      return Promise.resolve(Response.json({ ...PROGRESS, ...back }))
    }
    const drafts = datasets.map((dataset) => ({
      ...DRAFT,
      dataset,
      ...(isBack && dataset === 'visits' ? { is_in_use: true, removed_by: '', removed_at: '' } : {}),
    }))
    if (place === '/v1/contract-drafts') return Promise.resolve(Response.json({ drafts }))
    if (place.endsWith('/removal'))
      return Promise.resolve(
        Response.json({
          ...EFFECTS,
          state: 'removed',
          files: 0,
          removed_files: 2,
          may_restore: true,
          may_remove: false,
        }),
      )
    if (place === '/v1/files') return Promise.resolve(Response.json({ files: [], next: '' }))
    if (place === '/v1/contracts/source/visits' && isBack) return Promise.resolve(Response.json(contract))
    return Promise.resolve(Response.json({ title: 'Not Found', detail: 'None.' }, { status: 404 }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
}

function showPage() {
  const router = createMemoryRouter([{ path: '/datasets/:dataset', element: <DatasetPage /> }], {
    initialEntries: ['/datasets/visits'],
  })
  show(<RouterProvider router={router} />)
  return router
}

test('files that are lost are named after the dataset is back, and not on the next page', async () => {
  answerRemoved({ done: 2, lost: ['visits/a.csv'] }, ['visits', 'trips'])
  const router = showPage()
  await screen.findByText(/Taken back, it has its contract and its 2 files again/)
  expect(screen.getByText(/^anna@example.com removed it on/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Take it back' }))
  await screen.findByText(/^Created by anna@example.com/)
  expect(screen.getByText(/1 file did not come back.*visits\/a.csv/)).toBeTruthy()
  await act(() => router.navigate('/datasets/trips'))
  await screen.findByText('This dataset was removed')
  expect(screen.queryByText(/did not come back/)).toBeNull()
})

test('a removed dataset says what is left, and of a table only if there is one', () => {
  const removed = { ...EFFECTS, files: 0, under_way: 1, removed_files: 1, may_restore: true }
  expect(stateWords(removed, false)).toBe(
    'No new file of it is accepted, and the next run drops its table. The rows of 1 file of it have not left yet. Taken back, it has its contract and its file again.',
  )
  expect(stateWords({ ...removed, under_way: 0, table: '' }, false)).toBe(
    'No new file of it is accepted. Taken back, it has its contract and its file again.',
  )
  expect(stateWords(removed, true)).toBe('1 file of it has not come back yet.')
})

test('files for which there was no time or that are too large are named', () => {
  expect(leftWords(PROGRESS)).toBe('')
  expect(leftWords({ ...PROGRESS, left: 1 })).toBe('1 file is still being checked. Try again in a minute.')
  expect(leftWords({ ...PROGRESS, left: 1, too_large: ['visits/b.csv'] })).toContain('Ask an operator')
})
