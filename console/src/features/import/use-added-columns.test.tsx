// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { type Edits, NO_EDITS } from './edits'
import { UndecidedColumns } from './undecided-columns'
import { useAddedColumns } from './use-added-columns'
import { useColumns } from './use-columns'

afterEach(cleanup)

const RESULT = {
  outcome: 'done',
  dataset: 'visits',
  hides_values: false,
  mapping: {
    dataset: 'visits',
    fields: [{ name: 'visit', title: 'Visit', required: true, type: 'string', allowed: [] }],
    columns: [
      { column: 'visit', field: 'visit' },
      { column: 'Umsatz €', field: '' },
    ],
  },
  grid: {
    columns: ['visit', 'Umsatz €'],
    flawed_cells: {},
    formats: {},
    values: {},
    to_come: {},
    orders: {},
  },
} as unknown as Schemas['DryRun']
const EDITS: Edits = { ...NO_EDITS, dataset: 'visits', columns: { visit: 'visit' } }

function Page() {
  const [edits, setEdits] = useState(EDITS)
  const added = useAddedColumns('u-1', RESULT, edits, setEdits)
  const ignored = () => undefined
  const columns = useColumns(RESULT, edits, undefined, setEdits, ignored, ignored, undefined, true, added.add)
  return (
    <>
      <UndecidedColumns result={RESULT} edits={edits} isOfChoice added={added} />
      {columns.map(({ name, header }) => (
        <div key={name}>{header}</div>
      ))}
      <output>{JSON.stringify(edits.columns)}</output>
    </>
  )
}

/** Shows the columns over an API with these created datasets; returns the bodies that were sent. */
function show(drafts: object[], answered: Promise<unknown> = Promise.resolve()) {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', (_: string, request?: RequestInit) => {
    if (request?.method !== 'POST') return Promise.resolve(Response.json({ drafts }))
    sent.push(JSON.parse(String(request.body)))
    return answered.then(() => Response.json({ fields: { 'Umsatz €': 'umsatz' } }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Page />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return sent
}

const DRAFT = { dataset: 'visits', by: 'anna', is_in_use: true, may_change: true }

test('a column without a field is added to a dataset of the person, and mapped', async () => {
  const sent = show([DRAFT])
  await userEvent.click(await screen.findByRole('button', { name: 'Add to the dataset' }))
  await screen.findByText('{"visit":"visit","Umsatz €":"umsatz"}')
  expect(sent).toEqual([{ upload_id: 'u-1', columns: ['Umsatz €'] }])
  expect(screen.queryByRole('button', { name: 'Add to the dataset' })).toBeNull()
})

test('while a column is added, its creator reads so, and not who else may add it', async () => {
  show([DRAFT], new Promise(() => undefined))
  await userEvent.click(await screen.findByRole('button', { name: 'Add to the dataset' }))
  await screen.findByText('Adding Umsatz € to Visits …')
  expect(screen.queryByText(/can add/)).toBeNull()
})

test('others read who can add it', async () => {
  show([{ ...DRAFT, may_change: false }])
  await screen.findByText('anna created Visits. anna or an operator can add Umsatz € to it.')
  expect(screen.queryByRole('button', { name: 'Add to the dataset' })).toBeNull()
})

test('the columns of a dataset of the project are added by a deployment', async () => {
  show([])
  await screen.findByText(/^Visits is a dataset of the project\. A deployment can add Umsatz €/)
})
