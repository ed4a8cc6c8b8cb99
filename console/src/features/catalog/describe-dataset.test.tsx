// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { DescribeDataset } from './describe-dataset'

afterEach(cleanup)

/** Shows the button over an API that gives this reason against changes; returns what was sent. */
function show(reason: string): unknown[] {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', (_: string, request?: RequestInit) => {
    if (request?.method === 'PUT') sent.push(JSON.parse(String(request.body)))
    return Promise.resolve(Response.json({ reason }))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <DescribeDataset dataset="visits" description="" />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return sent
}

test('who created a dataset describes it', async () => {
  const sent = show('')
  await userEvent.click(await screen.findByRole('button', { name: 'Describe it' }))
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save the description' })
  expect(save.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 'Visits of our branches')
  await userEvent.click(save)
  await screen.findByText('Saved.')
  expect(sent).toEqual([{ description: 'Visits of our branches' }])
})

test('nobody else does', async () => {
  show('anna created this dataset.')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(screen.queryByRole('button')).toBeNull()
})
