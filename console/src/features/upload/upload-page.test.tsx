// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { UploadPage } from './upload-page'

afterEach(cleanup)

function show(group: string): void {
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      Response.json(
        new URL(url).pathname === '/v1/me' ? { name: 'ana', groups: [group] } : { contracts: [], files: [] },
      ),
    ),
  )
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <UploadPage />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('a person who may only read is asked for no file', async () => {
  show('viewer')
  await screen.findByText(/^Your account may read, but not upload\./)
  expect(screen.queryByText(/^Drop tables here/)).toBeNull()
  expect(screen.queryByRole('button', { name: 'Choose files' })).toBeNull()
  expect(screen.getByRole('link', { name: 'Files that came before' })).toBeTruthy()
  cleanup()
  show('uploader')
  await vi.waitFor(() =>
    expect(screen.getByRole('button', { name: 'Choose files' })).toHaveProperty('disabled', false),
  )
  expect(screen.getByText(/^Drop tables here/)).toBeTruthy()
})
