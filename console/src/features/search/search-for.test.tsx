// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { SearchButton } from './search-button'
import { searchFor } from './search-for'

test('a page without a hit opens the search of all pages with its words', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 404 })))
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MemoryRouter>
          <SearchButton />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  act(() => void searchFor('retrn rate'))
  expect(await screen.findByDisplayValue('retrn rate', {}, { timeout: 20_000 })).toBeTruthy()
}, 30_000)
