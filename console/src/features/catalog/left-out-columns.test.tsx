// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { LeftOutColumns } from './left-out-columns'

afterEach(cleanup)

const file = (key: string, is_kept_as_text = false) => ({ file_id: key, key, is_kept_as_text })
const COLUMNS = [
  { name: 'Farbe', files: [file('visits/b.csv'), file('visits/a.csv', true)] },
  { name: 'Note', files: ['1', '2', '3', '4'].map((name) => file(`visits/${name}.csv`)) },
]

function show(columns: object[], draft?: object) {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ columns, files_read: 20 })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <LeftOutColumns dataset="visits" draft={draft as Schemas['StoredContractDraft']} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('columns that arrived and are not in the dataset are named with their files', async () => {
  show(COLUMNS, { by: 'anna', may_change: true })
  await screen.findByText('2 columns of the newest 20 files are not in the dataset')
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Farbe, left out of b.csv, kept as text in new_columns from a.csv',
    'Note, left out of 1.csv, 2.csv, 3.csv and 1 more file',
  ])
  screen.getByText(/^Add to the dataset, above such a column/)
  expect(screen.getByRole('link', { name: 'b.csv' }).getAttribute('href')).toBe('#/files/visits%2Fb.csv')
})

test('others read who can add them', async () => {
  show(COLUMNS, { by: 'anna', may_change: false })
  await screen.findByText('anna created Visits. anna or an operator can add Farbe and Note to it.')
})
