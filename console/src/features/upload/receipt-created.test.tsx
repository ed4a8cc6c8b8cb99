// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect, type Schemas } from '../../api/client'
import { Receipt } from './receipt'

const FILE = {
  file_id: 'f1',
  key: 'inspections/june.csv',
  dataset: 'inspections',
  state: 'done',
  accepted: 3,
  quarantined: 0,
  duplicates: 0,
  corrected: 0,
  ignored: 0,
  closed_by: '',
  reasons: {},
  written_as: {},
  edited_before: null,
  open_parts: [],
  replaced_rows: null,
  unchanged_rows: null,
} as unknown as Schemas['FileDetail']

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"message": "none"}', { status: 404 })))
})
afterEach(cleanup)

const show = (created?: string, changed: Partial<Schemas['FileDetail']> = {}) =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <Receipt file={{ ...FILE, ...changed }} created={created} />
      </QueryClientProvider>
    </MantineProvider>,
  )

test('the receipt of a file from which a dataset was created says so', () => {
  show('inspections')
  screen.getByText('The dataset Inspections was created with these rows.')
  cleanup()
  show()
  expect(screen.queryByText(/was created/)).toBeNull()
})

test('rows with the key of another row are shown: where one of them is newer, there is nothing to choose', () => {
  show(undefined, { duplicates: 2, same_key: 2 })
  screen.getByRole('link', { name: 'See the rows with the key of another row' })
})
