// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { DraftContract } from './draft-contract'
import { forgetEdits } from './kept-edits'

const stores = vi.hoisted(() => new Map<string, unknown>())
// The browser's store, which the test's environment does not have.
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  get: (key: string) => Promise.resolve(stores.get(key)),
  update: (key: string, change: (before: unknown) => unknown) =>
    Promise.resolve(void stores.set(key, change(stores.get(key)))),
  del: (key: string) => Promise.resolve(void stores.delete(key)),
}))

beforeEach(() => {
  stores.clear()
  onWork.mockClear()
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ received: 3, accepted: 3, duplicates: 0, causes: [] })),
  )
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true }) // happy-dom has none

const column = (name: string, physicalType: string) => ({ name, physicalType })
const draftOf = (second: string, type = 'DECIMAL(8,2)') =>
  ({
    dataset: 'fuhrpark',
    document: {
      id: 'headgate.source.fuhrpark',
      name: 'fuhrpark',
      schema: [{ name: 'fuhrpark', properties: [column('plate', 'VARCHAR(20)'), column(second, type)] }],
    },
    rows: 3,
    received: 3,
    duplicates: 0,
    notes: [],
    time_zone: '',
    questions: [],
    for_deployment: { columns: [], table: [] },
  }) as unknown as Schemas['ContractDraft']

const onWork = vi.fn()

function show(part: string, second = 'amount') {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={draftOf(second)}
          uploadId="u1"
          part={part}
          inFile={['Plate', second]}
          onWork={onWork}
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
}
const reload = (part = 'Fahrzeuge', second = 'amount') => {
  cleanup()
  show(part, second)
}
const value = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value
const type = (label: string, text: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } })

async function edit() {
  show('Fahrzeuge')
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  type('Name of the dataset', 'fahrzeuge')
  type('What a row is, in a sentence', 'A vehicle')
  type('Unit of amount', 'EUR')
  fireEvent.click(screen.getByRole('button', { name: 'Leave out Plate' }))
  await waitFor(() => expect(JSON.stringify([...stores])).toContain('"isLeftOut":true'))
}

test('the edits of a draft survive a reload, and the draft is open again', async () => {
  await edit()
  reload()
  await waitFor(() => expect(value('Name of the dataset')).toBe('fahrzeuge'))
  expect(value('What a row is, in a sentence')).toBe('A vehicle')
  expect(value('Unit of amount')).toBe('EUR')
  screen.getByRole('button', { name: 'Take in Plate' })
})

test('each part of a file has its own draft, and a draft that was closed keeps its edits', async () => {
  await edit()
  reload('Tankungen')
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  expect(value('Name of the dataset')).toBe('fuhrpark')
  reload()
  await screen.findByDisplayValue('fahrzeuge')
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  expect(value('Name of the dataset')).toBe('fahrzeuge')
})

test('edits of other columns are not taken, and none is left once the upload is done', async () => {
  await edit()
  reload('Fahrzeuge', 'price')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByLabelText('Name of the dataset')).toBeNull()
  await forgetEdits('u1')
  expect([...stores.keys()]).toEqual([])
})

test('who asks for a dataset of a part has its draft open at once', () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={draftOf('amount')}
          uploadId="u2"
          inFile={['Plate', 'amount']}
          opensDraft
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  expect(value('Name of the dataset')).toBe('fuhrpark')
})

test('what a person typed into a draft is work, also after a reload, and an open draft alone is none', async () => {
  show('Fahrzeuge')
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  expect(onWork).not.toHaveBeenCalled()
  type('Name of the dataset', 'fahrzeuge')
  await waitFor(() => expect(onWork).toHaveBeenCalled())
  onWork.mockClear()
  reload()
  await waitFor(() => expect(onWork).toHaveBeenCalled())
})

test('a dataset is created although the API, just started, did not answer the first request in time', async () => {
  const stored: string[] = []
  vi.stubGlobal('fetch', (_: string, { method, body }: RequestInit = {}) => {
    if (method !== 'PUT') return Promise.resolve(Response.json({ received: 3, accepted: 3, causes: [] }))
    stored.push(String(body))
    return Promise.resolve(
      stored.length === 1
        ? new Response('', { status: 502 })
        : Response.json({ dataset: 'fuhrpark', is_in_use: false, needs_deployment: [] }),
    )
  })
  show('Fahrzeuge')
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Create fuhrpark and commit 3 rows' }))
  await waitFor(() => expect(stored).toHaveLength(2), { timeout: 4000 })
  expect(stored[1]).toBe(stored[0])
  expect(screen.queryByText(/The API failed/)).toBeNull()
})

test('values of the records around a list are left out at first, and can be taken in', () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={{ ...draftOf('batches_yield'), repeated_columns: ['batches_yield'] }}
          uploadId="u3"
          inFile={['Plate', 'batches_yield']}
          opensDraft
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  screen.getByText(/^batches_yield: a value of the records around this list/)
  fireEvent.click(screen.getByRole('button', { name: 'Take in batches_yield' }))
  screen.getByRole('button', { name: 'Leave out batches_yield' })
  expect(screen.queryByText(/^batches_yield: a value of/)).toBeNull()
})

test('values beside a list are left out at first, and can be taken in', () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={{ ...draftOf('port'), beside_columns: ['port'] }}
          uploadId="u4"
          inFile={['Plate', 'port']}
          opensDraft
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  screen.getByText(/^port is beside the list of records, with one value for the whole file/)
  fireEvent.click(screen.getByRole('button', { name: 'Take in port' }))
  screen.getByRole('button', { name: 'Leave out port' })
  expect(screen.queryByText(/^port is beside/)).toBeNull()
})

test('times of a list are of the zone that was chosen for the records around it', async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={{
            ...draftOf('closed_at', 'TIMESTAMP'),
            local_times: ['closed_at'],
            zone_around: 'Europe/Berlin',
          }}
          uploadId="u9"
          inFile={['Plate', 'closed_at']}
          opensDraft
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  const zone = await screen.findByLabelText<HTMLSelectElement>('Times without a zone are of')
  expect(zone.value).toBe('Europe/Berlin')
  screen.getByText('as in the records around this list')
})

test('words of a text that becomes yes or no have their meanings, and those among numbers are asked one by one', async () => {
  const sent: { document: { schema: { properties: Record<string, unknown>[] }[] } }[] = []
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    sent.push(JSON.parse(body) as (typeof sent)[number])
    return Promise.resolve(Response.json({ received: 3, accepted: 3, duplicates: 0, causes: [] }))
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={{
            ...draftOf('bio', 'TEXT'),
            text_words: { plate: { free: 7, 'n/a': 10 }, bio: { oui: 9, non: 8, Oui: 1, N: 2, x: 1 } },
            text_formats: {
              plate: [
                { kind: 'number', answer: '1234,5', format: { decimal: ',' }, waiting: 17 },
                { kind: 'number', answer: '1,234', format: { thousands: ',' }, waiting: 20 },
                { kind: 'day', answer: 'dd.MM.yyyy', format: { patterns: ['dd.MM.yyyy'] }, waiting: 30 },
              ],
            },
          }}
          uploadId="u10"
          inFile={['Plate', 'Bio']}
          opensDraft
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  type('Type of bio', 'BOOLEAN')
  expect(['oui', 'Oui', 'non', 'N', 'x'].map((word) => value(`${word} means`))).toEqual([
    'true',
    'true',
    'false',
    'false',
    'wait',
  ])
  type('x means', 'true')
  type('Type of plate', 'DECIMAL(18,4)')
  expect(['free', 'n/a'].map((word) => value(`${word} means`))).toEqual(['wait', 'empty'])
  const propertyOf = (name: string) =>
    sent.at(-1)?.document.schema[0]?.properties.find((one) => one['name'] === name)
  await waitFor(() =>
    expect(propertyOf('bio')).toMatchObject({
      physicalType: 'BOOLEAN',
      logicalType: 'boolean',
      customProperties: [
        {
          property: 'headgate.format',
          value: { trueWords: ['oui', 'x'], falseWords: ['non', 'N'], trim: true },
        },
      ],
    }),
  )
  expect(propertyOf('plate')).toMatchObject({
    customProperties: [{ property: 'headgate.format', value: { decimal: ',', nulls: ['n/a'], trim: true } }],
  })
  type('free means', 'empty')
  await waitFor(() =>
    expect(propertyOf('plate')).toMatchObject({
      customProperties: [{ property: 'headgate.format', value: { decimal: ',', nulls: ['free', 'n/a'] } }],
    }),
  )
  type('How to read Plate', '1,234')
  await waitFor(() =>
    expect(propertyOf('plate')).toMatchObject({
      customProperties: [{ property: 'headgate.format', value: { thousands: ',', nulls: ['free', 'n/a'] } }],
    }),
  )
  type('Type of plate', 'DATE')
  await waitFor(() =>
    expect(propertyOf('plate')).toMatchObject({
      logicalType: 'date',
      customProperties: [
        { property: 'headgate.format', value: { patterns: ['dd.MM.yyyy'], nulls: ['n/a'], trim: true } },
      ],
    }),
  )
  screen.getByText(/is read as day first, as in 31.12.2026; 30 rows with other values wait/)
})
