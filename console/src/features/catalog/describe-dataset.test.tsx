// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { DescribeDataset } from './describe-dataset'

afterEach(cleanup)

/** Shows the button over an API with these rights; returns the client and the bodies that were sent. */
function show(
  rights: { may_describe: boolean; reason: string; may_mark_people?: boolean; groups?: string[] },
  columns: { name: string; label: string; description: string; personal?: boolean }[] = [],
) {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', (_: string, request?: RequestInit) => {
    if (request?.method === 'PUT') sent.push(JSON.parse(String(request.body)))
    return Promise.resolve(Response.json(rights))
  })
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const page = (description: string) => (
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <DescribeDataset dataset="visits" description={description} columns={columns} />
      </QueryClientProvider>
    </MantineProvider>
  )
  const { rerender } = render(page(''))
  return { client, sent, change: (description: string) => rerender(page(description)) }
}

test('who created a dataset describes it, also if another dataset refers to it', async () => {
  const { sent } = show({ may_describe: true, reason: 'Columns of trips refer to visits.' })
  await userEvent.click(await screen.findByRole('button', { name: 'Describe it' }))
  const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save the description' })
  expect(save.disabled).toBe(true)
  await userEvent.type(screen.getByRole('textbox'), 'Visits of our branches')
  await userEvent.click(save)
  await screen.findByText('Saved.')
  expect(sent).toEqual([{ description: 'Visits of our branches', columns: {}, personal: {} }])
})

test('a column is described under its title, and other columns keep their descriptions', async () => {
  const columns = [
    { name: 'fullstand', label: 'Füllstand %', description: '' },
    { name: 'read_at', label: '', description: 'When it was read' },
  ]
  const { sent, change } = show({ may_describe: true, reason: '' }, columns)
  change('Readings')
  await userEvent.click(await screen.findByRole('button', { name: 'Edit the description' }))
  expect(screen.getByLabelText<HTMLInputElement>('Read at').value).toBe('When it was read')
  await userEvent.type(screen.getByLabelText('Füllstand %'), 'Share of the tank')
  await userEvent.click(screen.getByRole('button', { name: 'Save the description' }))
  await screen.findByText('Saved.')
  expect(sent).toEqual([
    { description: 'Readings', columns: { fullstand: 'Share of the tank' }, personal: {} },
  ])
})

test('a column is marked as about people, and whoever does not see one cannot show it', async () => {
  const columns = [
    { name: 'laufer', label: 'Läufer', description: '' },
    { name: 'mail', label: '', description: '', personal: true },
  ]
  const rights = { may_describe: true, reason: '', may_mark_people: true, groups: ['uploader'] }
  const { sent, change } = show(rights, columns)
  change('Runs')
  await userEvent.click(await screen.findByRole('button', { name: 'Edit the description' }))
  expect(screen.getByLabelText<HTMLInputElement>('Mail is about people').disabled).toBe(true)
  await userEvent.click(screen.getByLabelText('Läufer is about people'))
  await userEvent.click(screen.getByRole('button', { name: 'Save the description' }))
  await screen.findByText('Saved.')
  expect(sent).toEqual([{ description: 'Runs', columns: {}, personal: { laufer: true } }])
})

test('nobody else does', async () => {
  const { client } = show({ may_describe: false, reason: 'anna created this dataset.' })
  await vi.waitFor(() => expect(client.getQueryData(['removal', 'visits'])).toBeTruthy())
  expect(screen.queryByRole('button')).toBeNull()
})

test('the form follows the description until the person types, and takes no more than the API', async () => {
  const { change } = show({ may_describe: true, reason: '' })
  await userEvent.click(await screen.findByRole('button', { name: 'Describe it' }))
  change('Visits by day')
  const text = screen.getByRole<HTMLTextAreaElement>('textbox')
  expect(text.value).toBe('Visits by day')
  expect(text.maxLength).toBe(2000)
  await userEvent.type(text, '.')
  change('Visits by week')
  expect(text.value).toBe('Visits by day.')
})
