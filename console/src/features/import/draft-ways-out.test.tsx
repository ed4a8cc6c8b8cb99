// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { DraftContract } from './draft-contract'

let counted: Schemas['DraftCheck']
beforeEach(() => {
  counted = { received: 30, accepted: 30, duplicates: 0, same_key: 0, causes: [] }
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(counted)))
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})
Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true }) // happy-dom has none

const column = (name: string) => ({ name, physicalType: 'VARCHAR(20)', logicalType: 'string' })
const person = (name: string) => ({
  column: name,
  reason: 'has data about people, and a deployment decides who may read it',
  like_cards: 0,
  ways: [{ way: 'leave_out', property: {} }],
})
const pattern = (answer: string) => ({ answer, property: { ...column('born'), physicalType: 'DATE' } })
const DRAFT = {
  dataset: 'visits',
  document: {
    id: 'headgate.source.visits',
    name: 'visits',
    schema: [{ name: 'visits', properties: ['visit', 'born', 'email'].map(column) }],
  },
  rows: 30,
  received: 30,
  duplicates: 0,
  notes: [],
  time_zone: '',
  questions: [{ column: 'born', answers: [pattern('dd/MM/yyyy'), pattern('MM/dd/yyyy')] }],
  for_deployment: { columns: [person('born'), person('email')], table: [] },
} as unknown as Schemas['ContractDraft']

function open() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract draft={DRAFT} uploadId="u1" inFile={['visit', 'Born', 'E-Mail']} onCreated={vi.fn()} />
      </MantineProvider>
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
}

const [BORN, EMAIL] = [0, 1]
const choose = (label: RegExp, at: number) => {
  const radio = screen.getAllByLabelText(label)[at]
  if (radio) fireEvent.click(radio)
}

test('a column that is left out is neither asked about nor named as one to decide', async () => {
  open()
  screen.getByText('Decide about Born, E-Mail to create the dataset now')
  screen.getByLabelText('How to read Born')
  choose(/^Leave this column out/, BORN)
  screen.getByText('Decide about E-Mail to create the dataset now')
  expect(screen.queryByLabelText('How to read Born')).toBeNull()
  choose(/^Leave this column out/, EMAIL)
  const create = await screen.findByRole('button', { name: 'Create visits and commit 30 rows' })
  await waitFor(() => expect(create.hasAttribute('disabled')).toBe(false))
})

test('a dataset is not created while the gate refuses every row, and the column at fault is named', async () => {
  counted = { ...counted, accepted: 0, causes: [{ column: 'born', rule: 'type', rows: 30 }] }
  open()
  await screen.findByText(/^No row fits these columns: Born is not what the column holds in 30 rows\./)
  choose(/^Leave this column out/, BORN)
  choose(/^Leave this column out/, EMAIL)
  expect(screen.getByRole('button', { name: /^Create visits/ }).hasAttribute('disabled')).toBe(true)
})

test('any column can be left out of the dataset and taken in again', () => {
  open()
  fireEvent.click(screen.getByRole('button', { name: 'Leave out visit' }))
  expect(screen.queryByLabelText('Type of visit')).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Take in visit' }))
  screen.getByLabelText('Type of visit')
})

test('a decision is taken back, and the answer about the column stays', () => {
  open()
  fireEvent.change(screen.getByLabelText('How to read Born'), { target: { value: 'M' } })
  choose(/^Leave this column out/, BORN)
  choose(/^Decide at the deployment/, BORN)
  screen.getByText('Decide about Born, E-Mail to create the dataset now')
  expect(screen.getByLabelText<HTMLSelectElement>('How to read Born').value).toBe('M')
  expect(screen.getByLabelText<HTMLSelectElement>('Type of born').value).toBe('DATE')
  screen.getByRole('button', { name: 'Hand in visits for the next deployment' })
})

test('a column of which only the name speaks of people is kept as one that is not about people', async () => {
  const [meter] = [
    { ...person('born'), ways: [{ way: 'not_people', property: column('born') }, ...person('born').ways] },
  ]
  const draft = { ...DRAFT, questions: [], for_deployment: { columns: [meter], table: [] } }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={draft as unknown as Schemas['ContractDraft']}
          uploadId="u2"
          inFile={['visit', 'Born', 'E-Mail']}
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  fireEvent.click(screen.getByLabelText(/^It is not about people/))
  await screen.findByRole('button', { name: 'Create visits and commit 30 rows' })
  screen.getByLabelText('Type of born')
})

const LIST = { metric: 'invalidValues', arguments: { validValues: ['Anna', 'Ben'] } }
const RUNS = {
  ...DRAFT,
  document: {
    ...DRAFT.document,
    schema: [
      {
        name: 'visits',
        properties: [
          { ...column('visit'), quality: [LIST] },
          { ...column('born'), classification: 'personal' },
          { ...column('email'), classification: 'personal' },
        ],
      },
    ],
  },
  questions: [],
  takes_people: true,
  maybe_people: ['born'],
  for_deployment: { columns: [], table: [] },
} as unknown as Schemas['ContractDraft']

function openRuns(draft: Schemas['ContractDraft'], uploadId: string) {
  const stored: { schema: { properties: Record<string, unknown>[] }[] }[] = []
  vi.stubGlobal('fetch', (_: string, request?: RequestInit) => {
    if (request?.method === 'PUT') stored.push(JSON.parse(String(request.body)).document)
    return Promise.resolve(Response.json(counted))
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract
          draft={draft}
          uploadId={uploadId}
          inFile={['visit', 'Läufer', 'E-Mail']}
          onCreated={vi.fn()}
        />
      </MantineProvider>
    </QueryClientProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Create a dataset from it' }))
  return stored
}

test('every column can be marked as about people, and a proposal taken back', async () => {
  const stored = openRuns(RUNS, 'u3')
  screen.getByText(/^Läufer and E-Mail are about people: only operators and the group personal-data read/)
  screen.getByText(/For Läufer this is a proposal by its name or its values: untick/)
  expect(screen.getByLabelText<HTMLInputElement>('e_mail is about people').disabled).toBe(true)
  fireEvent.click(screen.getByLabelText('born is about people'))
  fireEvent.click(screen.getByLabelText('visit is about people'))
  const create = await screen.findByRole('button', { name: 'Create visits and commit 30 rows' })
  await waitFor(() => expect(create.hasAttribute('disabled')).toBe(false))
  fireEvent.click(create)
  await waitFor(() => expect(stored).toHaveLength(1))
  const properties = stored[0]?.schema[0]?.properties ?? []
  expect(properties.map((one) => one.classification)).toEqual(['personal', undefined, 'personal'])
  expect(properties[0]).not.toHaveProperty('quality')
})

test('where analysts read tables, a column that a person marks waits for a deployment', () => {
  openRuns({ ...RUNS, takes_people: false }, 'u4')
  fireEvent.click(screen.getByLabelText('visit is about people'))
  screen.getByRole('button', { name: 'Hand in visits for the next deployment' })
  screen.getByText(/a deployment has to hide these columns/)
})

test('a part that is chosen has no draft until the gate has read it', () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <DraftContract draft={DRAFT} isOfChoice={false} uploadId="u5" inFile={[]} onCreated={vi.fn()} />
      </MantineProvider>
    </QueryClientProvider>,
  )
  screen.getByText('The gate reads the file as you chose …')
  expect(screen.queryByRole('button')).toBeNull()
})
