// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { effectWords, leftWords } from './removal-words'
import { RemovedDataset, RemoveDataset } from './remove-dataset'

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

const show = (page: React.ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        {page}
      </QueryClientProvider>
    </MantineProvider>,
  )

test('a removal says what goes: files, rows, the table, and what reads it', () => {
  expect(effectWords(EFFECTS)).toEqual([
    '2 files with 4 accepted rows and 1 refused row leave the lake.',
    'The next run drops the table shop_curated.visits.',
    '1 saved question that reads it will fail: Busiest day (ben@example.com).',
    '1 dashboard that reads it will fail in part: Branches of the year.',
  ])
  const nothing = { ...EFFECTS, files: 0, table: '', questions: [], dashboards: [], under_way: 1 }
  expect(effectWords(nothing)).toEqual([
    'No file of it is in the lake.',
    '1 file is still being checked; the removal waits for the end.',
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
  const remove = screen.getByRole<HTMLButtonElement>('button', { name: 'Remove the dataset' })
  expect(remove.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 'visit')
  expect(remove.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 's')
  await userEvent.click(remove)
  await vi.waitFor(() => expect(asked.filter((line) => line.startsWith('POST'))).toHaveLength(2))
})

test('who may not remove a dataset has no button', async () => {
  const asked = answer({ GET: [{ ...EFFECTS, may_remove: false }] })
  show(<RemoveDataset dataset="visits" />)
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  expect(screen.queryByRole('button')).toBeNull()
})

test('a removed dataset says by whom, and comes back with the files whose originals are kept', async () => {
  const removed = { ...EFFECTS, state: 'removed', files: 0, removed_files: 2, may_restore: true }
  answer({
    GET: [{ ...removed, may_remove: false }],
    DELETE: [{ ...PROGRESS, done: 2, lost: ['visits/a.csv'] }],
  })
  show(<RemovedDataset draft={DRAFT} />)
  await screen.findByText(/Taken back, it has its contract and its 2 files again/)
  expect(screen.getByText(/^anna@example.com removed it on/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Take it back' }))
  await screen.findByText(/1 file did not come back.*visits\/a.csv/)
})

test('files for which there was no time or that are too large are named', () => {
  expect(leftWords(PROGRESS)).toBe('')
  expect(leftWords({ ...PROGRESS, left: 1 })).toBe('1 file is still being checked. Try again in a minute.')
  expect(leftWords({ ...PROGRESS, left: 1, too_large: ['visits/b.csv'] })).toContain('Ask an operator')
})
