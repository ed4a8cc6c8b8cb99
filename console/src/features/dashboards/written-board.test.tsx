// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { BoardEditor } from './board-editor'
import { DeleteBoard } from './delete-board'

const PANEL = { name: 'Sold', sql: 'select 1', kind: 'table', unit: '', x: '', y: [], series: '' } as const
const START = { title: 'Sales', panels: [{ ...PANEL, y: [] }], replaces: '2026-11-25T17:00:00' }
const sent: { method: string; url: string; body: unknown }[] = []

beforeEach(() => {
  sent.length = 0
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { method = 'GET', body }: RequestInit) => {
    sent.push({ method, url, body: typeof body === 'string' ? JSON.parse(body) : undefined })
    return Promise.resolve(new Response(JSON.stringify({ dashboards: [] })))
  })
})
afterEach(cleanup)

const show = (page: React.ReactNode) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>{page}</MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )

const BOARD = { system: 'sales', title: 'Sales' }

test('a dashboard is deleted for everybody only after a question that names the mails that stop', async () => {
  vi.stubGlobal('fetch', (url: string, { method = 'GET' }: RequestInit) => {
    sent.push({ method, url, body: undefined })
    const mails = [
      { title: 'Sales on Monday', every: 'week', on: 1, address: 'ben@example.com' },
      { title: 'My sales', every: 'day', on: 0, address: '' },
    ]
    return Promise.resolve(Response.json(method === 'GET' ? { mails } : { dashboards: [] }))
  })
  const deleted: number[] = []
  show(<DeleteBoard board={BOARD} onDeleted={(mails) => deleted.push(mails)} />)
  expect(sent).toEqual([])
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  const dialog = await screen.findByRole('dialog', { name: 'Delete “Sales” for everybody?' })
  await within(dialog).findByText('2 mails stop with it:')
  expect(within(dialog).getByText('Sales on Monday').closest('li')?.textContent).toBe(
    'Sales on Monday, every Monday, to ben@example.com',
  )
  expect(within(dialog).getByText('My sales').closest('li')?.textContent).toBe(
    'My sales, every day, to a person who left',
  )
  await userEvent.click(within(dialog).getByRole('button', { name: 'Keep it' }))
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  const again = await screen.findByRole('dialog')
  await within(again).findByText('2 mails stop with it:')
  await userEvent.click(within(again).getByRole('button', { name: 'Delete' }))
  expect(sent.at(-1)).toMatchObject({ method: 'DELETE', url: 'http://api/v1/dashboards/sales' })
  expect(deleted).toEqual([2])
})

test('a dashboard without mails says before its deletion that none stops', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ mails: [] })))
  show(<DeleteBoard board={BOARD} onDeleted={() => undefined} />)
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  await screen.findByText(/^Nobody gets it by mail\./)
})

test('an edit sends which dashboard it replaces', async () => {
  show(
    <BoardEditor
      start={START}
      system="sales"
      questions={[]}
      onWritten={() => undefined}
      onCancel={() => undefined}
    />,
  )
  await userEvent.type(screen.getByLabelText('Title'), ' by day')
  await userEvent.click(screen.getByRole('button', { name: 'Save for everybody' }))
  expect(sent).toMatchObject([{ method: 'PUT', body: { title: 'Sales by day', replaces: START.replaces } }])
})

test('a title that is reserved says so and is not sent', async () => {
  show(
    <BoardEditor
      start={{ ...START, title: 'Mine', replaces: '' }}
      questions={[]}
      onWritten={() => undefined}
      onCancel={() => undefined}
    />,
  )
  expect(screen.getByText(/^The title Mine is reserved/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Publish for everybody' })).toHaveProperty('disabled', true)
})

/** The editor with one panel, of which the API answers these rows. */
function showPanel(columns: { name: string; type: string }[], rows: unknown[][]): void {
  vi.stubGlobal('fetch', (url: string) => {
    const isRows = new URL(url).pathname.endsWith('/rows')
    const query = { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' }
    return Promise.resolve(Response.json(isRows ? { columns, rows, next_cursor: '' } : query))
  })
  show(
    <BoardEditor
      start={{ ...START, panels: [{ ...PANEL, kind: 'kpi', y: [] }] }}
      system="sales"
      questions={[]}
      onWritten={() => undefined}
      onCancel={() => undefined}
    />,
  )
}
const SAVE = { name: 'Save for everybody' }

test('an answer that is no figure is refused in the editor, with what it lacks', async () => {
  showPanel([{ name: 'sold', type: 'double' }], [[1], [2]])
  expect((await screen.findByRole('alert')).textContent).toMatch(/^One figure needs one row/)
  expect(screen.getByRole('button', SAVE)).toHaveProperty('disabled', true)
})

test('any row of numbers is one figure or several', async () => {
  showPanel(
    [
      { name: 'guests', type: 'bigint' },
      { name: 'at_stake', type: 'double' },
    ],
    [[359, 80915.71]],
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(screen.queryByRole('alert')).toBeNull()
  expect(screen.getByRole('button', SAVE)).toHaveProperty('disabled', false)
})
