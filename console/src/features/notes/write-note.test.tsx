// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { WriteNote } from './write-note'

afterEach(cleanup)

test('a note is marked by the charts of its dashboard unless a person chooses another place', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ name: 'uma', groups: ['uploader'] })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <WriteNote
          dashboard={{ system: 'sales', title: 'Sales' }}
          panels={[{ name: 'weeks', question: 'How many weeks?' }]}
        />
      </QueryClientProvider>
    </MantineProvider>,
  )
  await userEvent.click(await screen.findByRole('button', { name: 'Note on a day' }))
  const place = await screen.findByLabelText<HTMLSelectElement>('Marked by')
  expect([...place.options].map(({ text }) => text)).toEqual([
    'the charts of Sales',
    'How many weeks?',
    'every chart of the lake',
  ])
  expect(place.value).toBe('sales')
})
